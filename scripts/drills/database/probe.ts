import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { hostContainer, inHost } from "../fleet-access.ts"
import type { ProbeResult } from "./ledger.ts"

/** Pace of each kind of statement. */
export const everyMs = 100

/** A statement is given up after this: longer than any hold, so that a stall is no error. */
const patienceMs = 70_000

export interface Probe {
  /** Ends it, at the latest 70 s later, and returns what it saw. */
  stop(): Promise<ProbeResult>
}

/** Starts the database's clients on an app host, for `seconds` at most. */
export async function startProbe(
  context: DrillContext,
  host: string,
  seconds: number,
): Promise<Probe> {
  const image = await inHost(context, host, [
    "docker",
    "ps",
    "--filter",
    `label=com.docker.swarm.service.name=${stackName}_app`,
    "--format",
    "{{.Image}}",
  ])
  const child = spawn("docker", [
    "exec",
    "--interactive",
    hostContainer(context, host),
    "docker",
    "run",
    "--rm",
    "--interactive",
    "--network",
    "host",
    "--volume",
    `${stackName}_database-run:/run/database:ro`,
    "--entrypoint",
    "node",
    image.stdout.split("\n")[0] ?? "",
    "--input-type=module",
    "--eval",
    readFileSync(join(import.meta.dirname, "probe.js"), "utf8"),
  ])
  const output = text(child.stdout)
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)))
  child.stdin.write(`${JSON.stringify(settings(context, seconds))}\n`)
  await started(child.stderr, ended)
  return {
    stop: async () => {
      child.stdin.end()
      const [code, printed] = await Promise.all([ended, output])
      if (code !== 0) throw new Failure(`the database probe ended with exit code ${code}`)
      return JSON.parse(printed) as ProbeResult
    },
  }
}

function settings({ fleet, state }: DrillContext, seconds: number) {
  const members = hostsOf(fleet, "database")
  return {
    everyMs,
    seconds,
    patienceMs,
    members: members.map(({ name, privateAddress }) => ({ name, address: privateAddress })),
    passwords: {
      app_rw: state.read("secrets", "postgres_app_password")?.trim(),
      app_ro: state.read("secrets", "postgres_readonly_password")?.trim(),
    },
  }
}

function started(stderr: NodeJS.ReadableStream, ended: Promise<number>): Promise<void> {
  let said = ""
  return new Promise((resolve, reject) => {
    stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes("started")) resolve()
    })
    void ended.then((code) => reject(new Failure(`the database probe ended (${code}): ${said}`)))
  })
}
