import { readFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { started } from "../started.ts"
import { besideApp } from "./beside-app.ts"
import type { ProbeResult } from "./ledger.ts"
import { loginOf } from "./logins.ts"

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
  const program = readFileSync(join(import.meta.dirname, "probe.js"), "utf8")
  const argv = ["node", "--input-type=module", "--eval", program]
  const child = besideApp(context, host, context.fleet.images.shop ?? "", argv)
  const output = text(child.stdout)
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)))
  child.stdin.write(`${JSON.stringify(settings(context, seconds))}\n`)
  await started("database probe", child.stderr, ended)
  return {
    stop: async () => {
      child.stdin.end()
      const [code, printed] = await Promise.all([ended, output])
      if (code !== 0) throw new Failure(`the database probe ended with exit code ${code}`)
      return JSON.parse(printed) as ProbeResult
    },
  }
}

function settings(context: DrillContext, seconds: number) {
  const members = hostsOf(context.fleet, "database")
  return {
    everyMs,
    seconds,
    patienceMs,
    members: members.map(({ name, privateAddress }) => ({ name, address: privateAddress })),
    logins: {
      app_rw: loginOf(context, "postgres_app_password"),
      app_ro: loginOf(context, "postgres_readonly_password"),
    },
  }
}
