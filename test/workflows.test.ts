import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { lastStartMinutes } from "../scripts/test-time.ts"
import { resolve } from "./workflows/expressions.ts"
import { readFileCommands } from "./workflows/file-commands.ts"
import { passesPaths } from "./workflows/jobs.ts"
import {
  items,
  keys,
  member,
  parse,
  readWorkflow,
  type WorkflowFile,
  workflowNames,
} from "./workflows/workflow-file.ts"

const repository = join(import.meta.dirname, "..")
const workflows = await Promise.all(
  workflowNames(repository).map((name) => readWorkflow(repository, name)),
)

interface WrittenStep {
  /** `file: job: step`, for messages. */
  where: string
  job: string
  run: string | undefined
  uses: string | undefined
  /** As written, expressions not evaluated. */
  env: Record<string, string>
  with: Record<string, string>
}

const jobs = workflows.flatMap((workflow) =>
  keys(member(workflow.root, "jobs")).map((id) => {
    const token = member(member(workflow.root, "jobs"), id)
    return { workflow, id, token, where: `${workflow.name}: ${id}` }
  }),
)

const steps: WrittenStep[] = jobs.flatMap(({ token, where, id }) =>
  items(member(token, "steps")).map((step, index) => ({
    where: `${where}: step ${index + 1}`,
    job: id,
    run: member(step, "run")?.toString(),
    uses: member(step, "uses")?.toString(),
    env: written(member(step, "env")),
    with: written(member(step, "with")),
  })),
)

function written(token: Parameters<typeof keys>[0]): Record<string, string> {
  return Object.fromEntries(keys(token).map((key) => [key, String(member(token, key))]))
}

function workflow(name: string): WorkflowFile {
  const found = workflows.find((candidate) => candidate.name === name)
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

const expression = (text: string) => `\${{ ${text} }}`
const botToken = expression("secrets.QUICKCART_BOT_TOKEN || github.token")

const plain = (token: Parameters<typeof keys>[0]) => resolve(token, {})

test("GitHub's own parser takes every workflow, and would object to a broken one", async () => {
  expect(workflows.map(({ name, errors }) => [name, errors])).toEqual(
    ["comment", "deploy", "drift", "images", "rollback", "validate"].map((n) => [`${n}.yml`, []]),
  )
  const broken = `on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ${expression("nothing.x")}\n`
  expect((await parse("broken.yml", broken)).errors.join()).toContain("nothing")
})

test("a job may do what it needs and nothing else", () => {
  for (const { root, name } of workflows) {
    expect([name, plain(member(root, "permissions"))]).toEqual([name, {}])
  }
  const given = jobs.map(({ where, token }) => [where, plain(member(token, "permissions"))])
  expect(Object.fromEntries(given)).toEqual({
    "comment.yml: comment": { actions: "read", contents: "read", "pull-requests": "write" },
    "deploy.yml: staging": { contents: "read", deployments: "write" },
    "deploy.yml: production": { contents: "read", deployments: "write" },
    "drift.yml: drift": { contents: "read", issues: "write" },
    "images.yml: publish": { contents: "write", "pull-requests": "write" },
    "rollback.yml: revert": {
      contents: "write",
      deployments: "read",
      "pull-requests": "write",
    },
    "validate.yml: checks": { contents: "read" },
    "validate.yml: plan": { contents: "read" },
    "validate.yml: rehearsal": { contents: "read" },
  })
})

test("actions are GitHub's own, pinned by commit, one version each, with its name beside it", () => {
  const pins = new Map<string, Set<string>>()
  for (const { text, name } of workflows) {
    for (const line of text.split("\n").filter((candidate) => /\buses:/.test(candidate))) {
      expect(`${name}: ${line}`).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
      const [, action = "", pin = ""] = /uses: (\S+)@(.+)$/.exec(line) ?? []
      pins.set(action, (pins.get(action) ?? new Set()).add(pin))
    }
  }
  expect([...pins].filter(([, versions]) => versions.size !== 1)).toEqual([])
})

test("no checkout leaves its token on the disk", () => {
  const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))
  expect(checkouts).toHaveLength(jobs.length)
  expect(checkouts.filter((step) => step.with["persist-credentials"] !== "false")).toEqual([])
})

test("a script is one command with no expression in it", () => {
  const argument = String.raw`(?: (?:[\w./:^-]+|"\$[A-Z_]+"|"[\w ]+"))*`
  const oneCommand = new RegExp(`^(?:npx quickcart|(?:sudo )?npm (?:ci|test|run))${argument}$`)
  const scripts = steps.filter(({ run }) => run !== undefined)
  expect(scripts.length).toBeGreaterThan(20)
  expect(scripts.filter(({ run }) => !oneCommand.test(run ?? ""))).toEqual([])
})

test("a script's variables are mapped in its own step", () => {
  const unmapped = steps.flatMap(({ run, env, where }) =>
    [...(run ?? "").matchAll(/\$([A-Z_]+)/g)]
      .filter(([, name = ""]) => !(name in env))
      .map(([variable]) => `${where}: ${variable}`),
  )
  expect(unmapped).toEqual([])
})

test("the scripts and verbs that steps call exist", () => {
  const known = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).scripts
  const sources = ["quickcart.ts", join("github", "commands.ts")]
    .map((file) => readFileSync(join(repository, "scripts", file), "utf8"))
    .join("\n")
  const verbs = new Set([...sources.matchAll(/\.command\("([a-z-]+)/g)].map(([, verb]) => verb))
  const missing = steps.flatMap(({ run = "", where }) => {
    const [program, first = "", second = ""] = run.replace(/^sudo /, "").split(" ")
    if (program === "npm") {
      const script = first === "run" ? second : first
      return script === "ci" || script in known ? [] : [`${where}: npm ${script}`]
    }
    const named = run === "" ? [] : second === "github" ? run.split(" ").slice(2, 4) : [second]
    return named.filter((verb) => !verbs.has(verb)).map((verb) => `${where}: ${verb}`)
  })
  expect(missing).toEqual([])
})

test("nothing runs a pull request's code with a secret or a token that writes", () => {
  for (const { text } of workflows) {
    expect(text).not.toMatch(/pull_request_target|secrets\s*\[|toJSON\(\s*secrets|inherit/i)
  }
  const { text, root } = workflow("validate.yml")
  expect(keys(member(root, "on"))).toEqual(["pull_request", "merge_group"])
  expect(text).not.toMatch(/secrets\.|github\.token|environment:|: write/)
  const open = workflows.filter(({ root: other }) =>
    keys(member(other, "on")).some((event) => event.startsWith("pull_request")),
  )
  expect(open.map(({ name }) => name)).toEqual(["validate.yml"])
  expect(workflow("comment.yml").text).not.toMatch(/secrets\.|\bref:|repository:/)
})

test("secrets are mapped one by one, in the steps that use them", () => {
  const mapped = steps
    .flatMap(({ env }) => Object.entries(env))
    .filter(([, v]) => /secrets/.test(v))
  const exactly = mapped.filter(
    ([name, value]) =>
      value !== expression(`secrets.${name}`) && !(name === "GITHUB_TOKEN" && value === botToken),
  )
  expect(exactly).toEqual([])
  const everywhere = workflows.flatMap(({ text }) => text.match(/secrets\./g) ?? [])
  expect(everywhere).toHaveLength(mapped.length)
})

test("every secret a spec names reaches the steps that need its value", () => {
  const missing = ["staging", "production"].flatMap((environment) => {
    const file = join(repository, "stacks", environment, "fleet.json")
    const { secrets } = JSON.parse(readFileSync(file, "utf8")) as { secrets: string[] }
    const wanted = [
      "QUICKCART_REGISTRY_USER",
      "QUICKCART_REGISTRY_PASSWORD",
      "QUICKCART_SECRET_NAMING_KEY",
      ...secrets.map((name) => `QUICKCART_SECRET_${name.toUpperCase()}`),
    ]
    const using = steps.filter(({ run }) => run?.startsWith(`npx quickcart apply ${environment} `))
    expect(using).toHaveLength(1)
    return using.flatMap(({ where, env }) =>
      wanted.filter((name) => !(name in env)).map((name) => `${where}: ${name}`),
    )
  })
  expect(missing).toEqual([])
})

test("the hourly check is given a way in and no value that a fleet runs with", () => {
  const given = steps.filter(({ where }) => where.startsWith("drift.yml"))
  const secrets = given.flatMap(({ env }) => Object.keys(env)).filter((name) => /^QUICK/.test(name))
  expect(secrets).toEqual(["QUICKCART_SSH_KEY"])
  expect(workflow("drift.yml").text).not.toContain("--heal")
})

test("a step that applies can ask GitHub whether its commit is still the head", () => {
  const applying = steps.filter(({ run = "" }) => run.startsWith("npx quickcart apply "))
  expect(applying.map(({ env }) => env.GITHUB_TOKEN)).toEqual(
    Array(2).fill(expression("github.token")),
  )
})

test("a revert can be deployed by hand while the guard refuses changes", () => {
  const applying = steps.filter(({ run = "" }) => run.startsWith("npx quickcart apply "))
  for (const { run, env } of applying) {
    expect(run).toMatch(/ --override "\$OVERRIDE"$/)
    expect(env.OVERRIDE).toBe(expression("inputs.override"))
  }
})

test("deployments of an environment queue; nothing but a superseded check is cancelled", () => {
  const cancelling = workflows.filter(({ text }) => /cancel-in-progress: true/.test(text))
  expect(cancelling.map(({ name }) => name)).toEqual(["validate.yml"])
  for (const environment of ["staging", "production"]) {
    const job = member(member(workflow("deploy.yml").root, "jobs"), environment)
    expect(plain(member(job, "concurrency"))).toEqual({
      group: `deploy-${environment}`,
      "cancel-in-progress": false,
      queue: "max",
    })
    expect(plain(member(job, "environment"))).toEqual({ name: environment, deployment: false })
  }
  const unbounded = jobs.filter(
    ({ workflow: { root }, token }) =>
      !member(root, "concurrency") && !member(token, "concurrency"),
  )
  expect(unbounded).toEqual([])
})

test("changed images start Images, and the digests it proposes do not start it again", () => {
  const starts = (...files: string[]) => passesPaths(workflow("images.yml"), files)
  expect(starts("images/haproxy/Dockerfile", "images/lock.json")).toBe(true)
  expect(starts("images/shop/src/server.ts")).toBe(true)
  const rendered = ["stacks/staging/edge.stack.yaml", "stacks/production/edge.stack.yaml"]
  expect(starts("images/lock.json", ...rendered)).toBe(false)
})

test("what runs outside of the box is what a registry has answered for", () => {
  const deployed = ["staging", "production"].flatMap((environment) => {
    const directory = join(repository, "stacks", environment)
    return readdirSync(directory)
      .filter((name) => name.endsWith(".stack.yaml"))
      .flatMap((name) => readFileSync(join(directory, name), "utf8").match(/^ +image: .+$/gm) ?? [])
  })
  expect(deployed.length).toBeGreaterThan(4)
  expect(deployed.filter((line) => !/@sha256:[0-9a-f]{64}"?$/.test(line))).toEqual([])
})

test("production follows staging, and no manual run leaves main", () => {
  const deploy = member(workflow("deploy.yml").root, "jobs")
  expect(plain(member(member(deploy, "production"), "needs"))).toBe("staging")
  const manual = jobs.filter(({ workflow: { root } }) =>
    keys(member(root, "on")).includes("workflow_dispatch"),
  )
  const unguarded = manual.filter(
    ({ token }) =>
      member(token, "needs") === undefined &&
      !/github\.ref == 'refs\/heads\/main'/.test(String(member(token, "if"))),
  )
  expect(unguarded.map(({ where }) => where)).toEqual([])
})

test("every job ends", () => {
  const endless = jobs.filter(({ token }) => !(Number(plain(member(token, "timeout-minutes"))) > 0))
  expect(endless.map(({ where }) => where)).toEqual([])
})

test("the rehearsal is not cut off before npm test has ended by itself", () => {
  // A test that starts last of all may take this long: testTimeout of the box in vitest.config.ts.
  const longestTestMinutes = 15
  const rehearsal = jobs.find(({ where }) => where === "validate.yml: rehearsal")
  expect(Number(plain(member(rehearsal?.token, "timeout-minutes")))).toBeGreaterThanOrEqual(
    lastStartMinutes + longestTestMinutes,
  )
})

test("the reader of file commands takes blocks and refuses one that does not end", () => {
  const file = (name: string) => join(import.meta.dirname, "workflows", "fixtures", name)
  expect(readFileCommands(file("output"))).toEqual({ a: "1=2", b: "x\ny=3", c: "" })
  expect(() => readFileCommands(file("unended"))).toThrow("does not end")
})
