import { spawn } from "node:child_process"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { localTag } from "../images.ts"
import { Failure } from "../io/failure.ts"
import { boxProject } from "../io/providers/box-compose.ts"
import type { State } from "../io/state.ts"
import type { Sample } from "./outage.ts"
import { started } from "./started.ts"

export interface LoadOptions {
  path: string
  ratePerSecond: number
  /** Upper bound; `stop`, which may be called again for the same samples, usually ends it earlier. */
  seconds: number
  timeoutMs: number
  /** Reuse connections as a browser does, or a new one for each request. */
  keepAlive: boolean
  /** JSON to POST; without, it is a GET. */
  body?: string
  /** Visitors with a cart each, by cookie, who make the requests; without, each request is a new visitor's. */
  carts?: number
}

/** Requests that fill carts, of so few visitors that their carts fit into the box's Redis however long it lasts. */
export const fillCarts = {
  path: "/api/cart",
  body: JSON.stringify({ productId: "kopi-gayo", quantity: 1 }),
  carts: 2000,
  keepAlive: false,
}

export interface Load {
  options: LoadOptions
  stop(): Promise<Sample[]>
}

const scriptDirectory = import.meta.dirname

/** Starts a bounded load against the VIP from inside the box's public network. */
export async function startLoad(
  fleet: FleetFile,
  state: State,
  options: LoadOptions,
): Promise<Load> {
  const parameters = {
    address: fleet.network.vip,
    hostname: fleet.hostname,
    path: options.path,
    rate: options.ratePerSecond,
    seconds: options.seconds,
    timeoutMs: options.timeoutMs,
    keepAlive: options.keepAlive,
    body: options.body,
    carts: options.carts,
  }
  const child = spawn("docker", [
    "run",
    "--rm",
    "--interactive",
    "--network",
    `${boxProject(fleet)}-0-public`,
    "--label",
    `com.docker.compose.project=${boxProject(fleet)}`,
    "--volume",
    `${join(scriptDirectory, "load-generator.js")}:/load/generator.mjs:ro`,
    "--volume",
    `${state.path("secrets", "ca.pem")}:/load/ca.pem:ro`,
    "--user",
    "0",
    "--entrypoint",
    "node",
    localTag("shop"),
    "/load/generator.mjs",
    JSON.stringify(parameters),
  ])
  const output = text(child.stdout)
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)))
  await started("load generator", child.stderr, ended)
  return {
    options,
    stop: async () => {
      child.stdin.end()
      const [code, printed] = await Promise.all([ended, output])
      if (code !== 0) throw new Failure(`the load generator ended with exit code ${code}`)
      const rows = JSON.parse(printed) as [number, number, number, string][]
      return rows.map(([startMs, durationMs, status, error]) => ({
        startMs,
        durationMs,
        status,
        error,
      }))
    },
  }
}
