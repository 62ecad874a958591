import { type ChildProcess, spawn } from "node:child_process"
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { takeLock } from "../../scripts/deploy/lock.ts"
import { awaitHealthy, hostContainer, powerOn } from "../../scripts/drills/fleet-access.ts"
import { drillContext } from "../../scripts/drills/run.ts"
import { underLoad } from "../../scripts/drills/under-load.ts"
import { openWorkbench, type Workbench } from "../../scripts/drills/workbench.ts"
import { downSteps } from "../../scripts/hosts/up.ts"
import { waitFor } from "../../scripts/io/clock.ts"
import { type CommandResult, run } from "../../scripts/io/command.ts"
import { boxPorts } from "../../scripts/io/providers/box-compose.ts"
import { connectSwarm } from "../../scripts/io/swarm-connection.ts"
import { runSteps } from "../../scripts/progress.ts"
import { startBox } from "../../scripts/start-box.ts"
import { fleetStatus } from "../../scripts/status.ts"

const repository = join(import.meta.dirname, "..", "..")
const context = drillContext(repository, (line) => process.stdout.write(`    ${line}\n`), false)
const allowDirty = process.env.CI === undefined
let bench: Workbench

const quickcart = (args: string[], environment: Record<string, string> = {}) =>
  run([process.execPath, join(repository, "scripts", "quickcart.js"), ...args], {
    workingDirectory: repository,
    environment,
    allowFailure: true,
  })

function expectRefusal(result: CommandResult, ...parts: string[]): void {
  for (const part of parts) expect(result.stderr).toContain(part)
  expect(result.stderr).not.toMatch(/\n\s+at .+:\d+:\d+/)
  expect(result.exitCode).toBe(1)
}

/** What the command said is shown when it failed. */
function expectSuccess({ exitCode, stderr }: CommandResult): void {
  expect(exitCode, stderr).toBe(0)
}

/** Ids of all containers, volumes and networks of the box. */
async function leftovers(): Promise<string[]> {
  const filter = ["--filter", "label=com.docker.compose.project=quickcart-local", "--quiet"]
  const lists = [
    ["docker", "ps", "--all", ...filter],
    ["docker", "volume", "ls", ...filter],
    ["docker", "network", "ls", ...filter],
  ]
  const results = await Promise.all(lists.map((argv) => run(argv)))
  return results.flatMap((result) => result.stdout.split("\n").filter(Boolean))
}

beforeAll(async () => {
  await runSteps(downSteps(repository, "local"))
  bench = await openWorkbench(repository)
})

afterAll(() => {
  bench.remove()
})

test("an unknown environment is refused with the way to make it", async () => {
  expectRefusal(await quickcart(["up", "nowhere"]), 'no environment "nowhere"')
  expectRefusal(await quickcart(["render", "nowhere"]), 'no environment "nowhere"', "local")
})

test("Docker that does not answer is named, with the remedy", async () => {
  const result = await quickcart(["up", "local"], { DOCKER_HOST: "unix:///nonexistent.sock" })
  expectRefusal(result, "Docker does not answer", "scripts/setup.sh")
})

test("a taken port is named before anything is made", async () => {
  const server = createServer().listen(boxPorts.http, "127.0.0.1")
  try {
    expectRefusal(await quickcart(["up", "local"]), `port ${boxPorts.http}`)
  } finally {
    server.close()
  }
  expect(await leftovers()).toEqual([])
})

test("applying to a fleet that is not there says what to do", async () => {
  expectRefusal(
    await quickcart(["apply", "local", "--allow-dirty"]),
    "no manager of local can be used",
  )
})

test.each([
  ["Create", "SIGINT"],
  ["Form the Swarm", "SIGKILL"],
] as const)("`up` interrupted at '%s' with %s: down removes everything", async (step, signal) => {
  await interrupted(["scripts/quickcart.js", "up", "local"], step, signal)
  await runSteps(downSteps(repository, "local"))
  expect(await leftovers()).toEqual([])
})

test("a half-made box is completed by the next start", async () => {
  await interrupted(["scripts/quickcart.js", "up", "local"], "1/11 ready", "SIGKILL")
  await startBox(repository, { allowDirty })
  expect((await fleetStatus(context.fleet, context.state)).healthy).toBe(true)
})

test("uncommitted stacks are refused, --allow-dirty lets them through", async () => {
  const file = join(bench.directory, "stacks", "local", "README.md")
  writeFileSync(file, `${readFileSync(file, "utf8")}\nchanged\n`)
  expectRefusal(await bench.quickcart("apply", "local"), "stacks/local", "--allow-dirty")
  expectSuccess(await bench.quickcart("apply", "local", "--allow-dirty"))
  await bench.git("checkout", "--", ".")
})

test("a second apply is refused and told who holds the lock", async () => {
  const connection = await connectSwarm(context.fleet, context.state)
  const lock = await takeLock(connection.engine, {
    owner: "Ada (pid 7)",
    commit: "c0ffee000000",
  })
  try {
    expectRefusal(await bench.quickcart("apply", "local"), "Ada (pid 7)", "c0ffee000000")
  } finally {
    await lock.release()
    await connection.close()
  }
  expectSuccess(await bench.quickcart("apply", "local"))
})

test("a changed SSH host key is refused", async () => {
  const pins = context.state.path("ssh", "known_hosts")
  const kept = `${pins}.kept`
  copyFileSync(pins, kept)
  const lines = readFileSync(pins, "utf8").split("\n")
  const bastion = lines.find((line) => line.startsWith("bastion-1 "))?.slice("bastion-1 ".length)
  const changed = lines.map((line) =>
    line.startsWith("manager-1 ") ? `manager-1 ${bastion}` : line,
  )
  writeFileSync(pins, changed.join("\n"))
  try {
    expectRefusal(await bench.quickcart("apply", "local"), "manager-1", "not the pinned one")
  } finally {
    copyFileSync(kept, pins)
  }
})

test("with a manager host down, apply goes through another and says so", async () => {
  await run(["docker", "kill", hostContainer(context, "manager-1")])
  try {
    await bench.change("local", ["edge", "timeouts"], { queue: "5s" })
    const result = await bench.quickcart("apply", "local")
    expect(result.stderr).toContain("manager manager-1 does not answer")
    expectSuccess(result)
    await bench.git("revert", "--no-edit", "HEAD")
    expectSuccess(await bench.quickcart("apply", "local"))
  } finally {
    await powerOn(context, "manager-1")
  }
  await awaitHealthy(context)
})

test("an apply that was killed in the middle is finished by the next one", async () => {
  await bench.change("local", ["app", "environment"], { GREETING: "hello" })
  const { child } = startApply()
  await said(child, "update in progress")
  await ended(child, "SIGKILL")
  // Its process is gone from this machine, so its lock is taken over at once.
  expectSuccess(await bench.quickcart("apply", "local"))
  expect(JSON.parse((await bench.quickcart("apply", "local", "--json")).stdout).operations).toEqual(
    [],
  )
  await awaitHealthy(context)
})

test("Ctrl-C during an apply gives the lock back, and the next apply finishes", async () => {
  await bench.change("local", ["app", "environment"], { GREETING: "interrupted" })
  const { child, end } = startApply()
  await said(child, "update in progress")
  child.kill("SIGINT")
  expect((await end).code).toBe(130)
  expectSuccess(await bench.quickcart("apply", "local"))
  await awaitHealthy(context)
})

test("an apply whose manager dies under it goes on through another", async () => {
  await bench.change("local", ["app", "environment"], { GREETING: "another manager" })
  const { child, end } = startApply()
  await said(child, "update in progress")
  await run(["docker", "kill", hostContainer(context, "manager-1")])
  try {
    expect(await end).toMatchObject({ code: 0 })
  } finally {
    await powerOn(context, "manager-1")
  }
  await awaitHealthy(context)
})

// Right before the services are sent, and while Swarm rolls them.
test.each(["wave 1 of 1", "update in progress"])(
  "an apply whose SSH connections are cut at '%s' goes on over new ones, and no visitor notices",
  async (moment) => {
    await bench.change("local", ["app", "environment"], { GREETING: `cut at ${moment}` })
    const load = await underLoad(context, async () => {
      const { child, end } = startApply()
      await said(child, moment)
      expect(cutSsh(child.pid ?? 0)).toBeGreaterThan(0)
      expect(await end).toMatchObject({ code: 0 })
    })
    expect(load.failed).toBe(0)
    const again = await bench.quickcart("apply", "local", "--json")
    expect(JSON.parse(again.stdout).operations, again.stderr).toEqual([])
    const look = await bench.quickcart("drift", "local")
    expect(look.exitCode, look.stdout).toBe(0)
    await awaitHealthy(context)
  },
)

/** Kills the ssh processes of a run, also those in the background, and counts them: their files bear its id. */
function cutSsh(run: number): number {
  const ours = new RegExp(`config-${run}-\\d|quickcart-[^/]*-${run}-\\d+/`)
  return readdirSync("/proc").filter((name) => {
    try {
      const command = readFileSync(join("/proc", name, "cmdline"), "utf8")
      return (
        command.startsWith("ssh") && ours.test(command) && process.kill(Number(name), "SIGKILL")
      )
    } catch {
      // No process, or one that has ended since.
      return false
    }
  }).length
}

/** Applies the copy's commit in a process of its own; `end` has its exit code and what it said. */
function startApply() {
  const child = spawn(process.execPath, ["scripts/quickcart.js", "apply", "local"], {
    cwd: bench.directory,
    stdio: ["ignore", "ignore", "pipe"],
  })
  let stderr = ""
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const end = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, stderr }))
  })
  return { child, end }
}

/** Runs a script until it prints `text`, then sends the signal to its process group, as Ctrl-C does. */
async function interrupted(argv: string[], text: string, signal: NodeJS.Signals): Promise<void> {
  const child = spawn(process.execPath, argv, {
    cwd: repository,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  })
  await said(child, text)
  await ended(child, signal)
}

function said(child: ChildProcess, text: string): Promise<true> {
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const options = { deadlineSeconds: 180, intervalMs: 20 }
  return waitFor(`"${text}" to be printed`, options, async () =>
    output.includes(text) ? true : undefined,
  )
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const closed = new Promise((resolve) => child.once("close", resolve))
  if (child.pid !== undefined && child.spawnargs.includes("up")) process.kill(-child.pid, signal)
  else child.kill(signal)
  await closed
}
