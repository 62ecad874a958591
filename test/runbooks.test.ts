import { existsSync } from "node:fs"
import { join, posix } from "node:path"
import { describe, expect, test } from "vitest"
import { watchedFixture } from "../generators/core/fleet-fixture.ts"
import { contributionsOf } from "../generators/core/render.ts"
import { lookCommands } from "../scripts/drills/alerts/runbook.ts"
import { list, listFiles, readText } from "../scripts/io/files.ts"

/** What may stand under `Look`: a drill runs it on a fleet that is in trouble already. */
const reads = [
  /^npx quickcart (status|db status|plan|drift|secrets check|storage plan) production$/,
  /^npx quickcart logs production [a-z-]+( --since \w+| --store| --lines \d+)*$/,
  /^curl --head --max-time \d+ https:\S+$/,
  /^docker service (logs|ps) [\w -]+$/,
  /^docker node (ls|ps)[\w .=-]*$/,
  /^docker ps --format "[^"`$]+"$/,
  /^(timeout \d+ )?docker info --format "[^"`$]+"$/,
  /^docker stats --no-stream$/,
  /^docker system df --verbose \| head -n \d+$/,
  /^docker exec \$\(docker ps --quiet --filter [\w.=-]+ \| head -n 1\) (cat|du|promtool query) [^;&>]+$/,
  /^(uptime|free|df|ip -brief|ip -statistics|cat \/(proc|etc\/docker)\/\S+)[ \w/-]*$/,
  /^docker exec \$\(docker ps --quiet --filter [\w.=-]+ \| head -n 1\) \/usr\/local\/libexec\/pgbouncer-console --header "SHOW (POOLS|DATABASES)"$/,
  /^curl --silent( --max-time \d+)? http:\/\/127\.0\.0\.1:\d+\/metrics$/,
]

/** One statement for a member of the database; the shell finds nothing to expand in it. */
const query =
  /^docker exec --user postgres \$\(docker ps --quiet --filter [\w.=-]+ \| head -n 1\) psql --no-psqlrc (?:--dbname shop )?--command "((?:select|show) (?:[^"`$;\\]|\\\$)+)"$/
/** All that such a statement may call: a `select` of others may end a session or drop a slot. */
const pureFunctions = ["age", "count", "left", "now", "pg_size_pretty", "pg_total_relation_size"]

function isQuery(command: string): boolean {
  const statement = query.exec(command)?.[1]
  if (statement === undefined || /\b(into|for)\b/i.test(statement)) return false
  const called = [...statement.matchAll(/(\w+)\s*\(/g)].map(([, name = ""]) => name)
  return called.every((name) => pureFunctions.includes(name))
}

function onlyReads(command: string): boolean {
  return reads.some((read) => read.test(command)) || isQuery(command)
}

/** What a command runs, on a host when it does so over SSH. */
function inner(command: string): string {
  const remote = /^ssh -F \.quickcart\/production\/ssh\/config [a-z-]+\d+ (.*)$/.exec(command)?.[1]
  return remote?.replace(/^'(.*)'$/, "$1") ?? command
}

const repository = join(import.meta.dirname, "..")
const text = (path: string) => readText(join(repository, path)) ?? ""

const all = contributionsOf(watchedFixture())
const alerts = all.monitored.flatMap(({ monitored }) => monitored.alerts.map(({ name }) => name))
const runbooks = list(join(repository, "docs/runbooks"))
const verbs = [...text("scripts/quickcart.ts").matchAll(/\.command\("([a-z]+)/g)].map(
  ([, verb]) => verb,
)
const production = listFiles(join(repository, "stacks/production"))
  .filter((path) => path.endsWith(".stack.yaml"))
  .map((path) => text(`stacks/production/${path}`))
  .join("\n")

test("every alert has a runbook, and every runbook an alert", () => {
  expect(runbooks.toSorted()).toEqual(alerts.map((name) => `${name}.md`).toSorted())
})

test.each([
  ["select pg_terminate_backend(1)", false],
  ["select 1 into backup", false],
  ["select 1; drop table users", false],
  ["select count(*) from $(reboot)", false],
  ["drop table users", false],
  ["select count(*) from pg_stat_activity where usename like \\$\\$app%\\$\\$", true],
])("%s: reads only is %s", (statement, expected) => {
  const psql = "docker exec --user postgres $(docker ps --quiet --filter a=b | head -n 1) psql"
  expect(onlyReads(`${psql} --no-psqlrc --command "${statement}"`)).toBe(expected)
})

describe.each(runbooks)("%s", (file) => {
  const page = text(`docs/runbooks/${file}`)

  test("says what is wrong, where to look and what to do", () => {
    const headings = [...page.matchAll(/^#+ .*$/gm)].map(([heading]) => heading)
    expect(headings).toEqual([`# ${file.replace(".md", "")}`, "## Look", "## Do"])
  })

  test("looks without changing anything, by commands that the drill of the alerts can run", () => {
    const commands = lookCommands(page)
    expect(commands.length).toBeGreaterThan(0)
    expect(commands.filter((command) => !onlyReads(inner(command)))).toEqual([])
  })

  test("names verbs, services and addresses that exist", () => {
    const named = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, name]) => name)
    expect(named(/npx quickcart ([a-z]+)/g).filter((verb) => !verbs.includes(verb))).toEqual([])
    const names = named(/quickcart_([a-z][\w-]*)/g)
    const missing = names.filter(
      (name) =>
        !production.includes(`\n  ${name}:\n`) && !production.includes(`quickcart_${name}\n`),
    )
    expect(missing).toEqual([])
    const addresses = named(/\b(10(?:\.\d+){3}|203(?:\.\d+){3})\b/g)
    const fleet = text("stacks/production/fleet.json")
    expect(addresses.filter((address) => !fleet.includes(`"${address}"`))).toEqual([])
  })
})

describe("links in docs", () => {
  const pages = listFiles(join(repository, "docs")).map((path) => `docs/${path}`)

  test.each(pages)("%s", (page) => {
    const links = [...text(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link)
    expect(links.filter((link) => !/^https?:/.test(link) && !leads(page, link))).toEqual([])
  })
})

/** Whether a relative link reaches a file, and its anchor a heading there. */
function leads(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#")
  const target = path === "" ? page : posix.join(posix.dirname(page), path)
  const file = join(repository, target)
  if (!existsSync(file)) return false
  if (anchor === undefined) return true
  const anchors = [...text(target).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  )
  return anchors.includes(anchor)
}
