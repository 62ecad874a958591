import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { run } from "../io/command.ts"
import { followLines } from "../io/follow.ts"
import { followScript, type LogQuery, quoted, readScript } from "./host-script.ts"

const directory = mkdtempSync(join(tmpdir(), "quickcart-logs-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Stands in for a host's Docker, and says how it was asked. */
const docker = `#!/bin/bash
case "$1" in
  ps)
    [ ! -e ${directory}/down ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }
    echo "c1 quickcart_app quickcart_app.1.t1"
    echo "c2 quickcart_app-migration-0123abcd quickcart_app-migration-0123abcd.1.t2"
    echo "c3 quickcart_haproxy-1 quickcart_haproxy-1.1.t3" ;;
  logs)
    for id in "$@"; do :; done
    echo "2026-11-28T15:00:00.000000001Z $id asked with: \${*:2:$#-2}"
    echo "2026-11-28T15:00:00.000000002Z $id it's \\$(HOME) & more" >&2
    case "$*" in *--follow*) [ "$id" = c1 ] && exec sleep 1000 ;; esac ;;
esac
`
writeFileSync(join(directory, "docker"), docker)
chmodSync(join(directory, "docker"), 0o755)

const query: LogQuery = {
  services: [{ name: "app", isJob: false }],
  since: undefined,
  until: undefined,
  host: undefined,
  grep: undefined,
  lines: 5,
}
const environment = { PATH: `${directory}:${process.env.PATH}` }
const bash = (script: string) =>
  run(["bash", "-c", script], { environment, allowFailure: true, timeoutSeconds: 20 })

test("the newest lines of the service's containers, of both streams, and of no other's", async () => {
  const { stdout, exitCode } = await bash(readScript({ ...query, since: 600, until: 60 }))
  expect(stdout.trim().split("\n")).toEqual([
    "quickcart_app.1.t1 2026-11-28T15:00:00.000000001Z c1 asked with: --timestamps --since 600s --until 60s --tail 5",
    "quickcart_app.1.t1 2026-11-28T15:00:00.000000002Z c1 it's $(HOME) & more",
  ])
  expect(exitCode).toBe(0)
})

test("a job's containers are found by its name without the hash", async () => {
  const services = [{ name: "app-migration", isJob: true }]
  const { stdout } = await bash(readScript({ ...query, services }))
  expect(stdout).toMatch(/^quickcart_app-migration-0123abcd\.1\.t2 /)
  expect(stdout).not.toContain("c1")
})

test("a text is a text, whatever the shell makes of it", async () => {
  const text = "it's $(HOME) & more"
  const { stdout } = await bash(readScript({ ...query, grep: text }))
  expect(stdout).toMatch(/^\S+ \S+ c1 it's \$\(HOME\) & more\n$/)
  const evil = `'; touch ${directory}/evil; echo '$(touch ${directory}/evil)\`touch ${directory}/evil\``
  await bash(readScript({ ...query, grep: evil }))
  expect((await bash(`ls ${directory}; printf %s ${quoted(evil)}`)).stdout).toBe(`docker\n${evil}`)
})

test("a Docker that does not answer is no empty log", async () => {
  writeFileSync(join(directory, "down"), "")
  try {
    const { exitCode, stderr } = await bash(readScript(query))
    expect([exitCode, stderr.trim()]).toEqual([1, "Cannot connect to the Docker daemon"])
    expect((await bash(followScript(query))).exitCode).toBe(1)
  } finally {
    rmSync(join(directory, "down"))
  }
})

test("what follows ends with its reader, though the container is quiet", async () => {
  const lines: string[] = []
  const ended = new AbortController()
  const onLine = (line: string) => {
    lines.push(line)
    if (lines.length === 2) ended.abort()
  }
  // A session of its own, as sshd gives each command; the signal reaches only this end of it.
  const words = ["setsid", "bash", "-c", followScript(query)].map(quoted).join(" ")
  const script = `export PATH=${directory}:$PATH; cat | ${words} | cat`
  // Resolves when nobody has its output open any more.
  await followLines(["bash", "-c", script], onLine, ended.signal)
  expect(lines).toEqual([
    "quickcart_app.1.t1 2026-11-28T15:00:00.000000001Z c1 asked with: --timestamps --follow --tail 5",
    "quickcart_app.1.t1 2026-11-28T15:00:00.000000002Z c1 it's $(HOME) & more",
  ])
})
