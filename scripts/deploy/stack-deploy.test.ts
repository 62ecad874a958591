import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { run } from "../io/command.ts"
import { stackDeploy } from "./stack-deploy.ts"

const registry = { host: "registry.example.com", user: "robot", password: `it's "secret" $HOME` }
const stack = { services: { app: { image: "registry.example.com/app" } } }

const directory = mkdtempSync(join(tmpdir(), "quickcart-deploy-test-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Runs the command as a manager would, with a `docker` that notes what it is given. */
async function deployed(exitCode: number) {
  const docker = join(directory, "docker")
  const seen = join(directory, "seen")
  writeFileSync(
    docker,
    `#!/bin/bash
echo "$@" > ${seen}.argv
env > ${seen}.env
cat > ${seen}.stdin
[ "$1" != --config ] || { cp "$2/config.json" ${seen}.config; stat --format %a "$2/config.json" "$2" > ${seen}.mode; }
exit ${exitCode}
`,
    { mode: 0o755 },
  )
  const { command, input } = stackDeploy(stack, registry)
  const result = await run(
    [
      "bash",
      "-c",
      // The real lock may be held: this machine can be a manager, or run these tests twice.
      command
        .replace("HOME=/tmp docker", `HOME=/tmp ${docker}`)
        .replace(/\S+stack-deploy\.lock/, join(directory, "lock")),
    ],
    {
      input,
      allowFailure: true,
    },
  )
  const read = (what: string) => readFileSync(`${seen}.${what}`, "utf8")
  return { command, result, read }
}

test("without an account Docker gets the stack file and nothing else", () => {
  const { command, input } = stackDeploy(stack, undefined)
  expect(input).toBe(JSON.stringify(stack))
  expect(command).not.toContain("registry")
})

test("Docker reads the account from a file of the manager's memory that is gone afterwards", async () => {
  const { command, result, read } = await deployed(0)
  expect(result).toMatchObject({ exitCode: 0, stderr: "" })
  const auth = Buffer.from(`robot:${registry.password}`).toString("base64")
  expect(JSON.parse(read("config"))).toEqual({ auths: { "registry.example.com": { auth } } })
  expect(read("stdin")).toBe(JSON.stringify(stack))
  expect(read("mode")).toBe("600\n700\n")
  const [, login = ""] = read("argv").split(" ")
  expect(login).toMatch(/^\/dev\/shm\//)
  expect(existsSync(login)).toBe(false)
  for (const shown of [command, read("argv"), read("env")]) {
    expect(shown).not.toContain(auth)
    expect(shown).not.toContain("secret")
  }
  expect(read("argv")).toContain("--with-registry-auth")
})

test("a refusal keeps its exit code and leaves no account behind either", async () => {
  const { result, read } = await deployed(7)
  expect(result.exitCode).toBe(7)
  expect(existsSync(read("argv").split(" ")[1] ?? "")).toBe(false)
})
