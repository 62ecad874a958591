import { spawn } from "node:child_process"
import { basename, join } from "node:path"
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
  const file = join(import.meta.dirname, "load-generator.js")
  const program = await startAsVisitor(fleet, state, file, parameters)
  return {
    options,
    stop: async () => {
      const rows = (await program.stop()) as [number, number, number, string][]
      return rows.map(([startMs, durationMs, status, error]) => ({
        startMs,
        durationMs,
        status,
        error,
      }))
    },
  }
}

/**
 * Starts a program of a drill where visitors are, in the box's public network. It gets `parameters` as its
 * argument and the authority as `/load/ca.pem`, says `started`, and prints JSON once its standard input
 * is closed, which `stop` returns however often it is called.
 */
export async function startAsVisitor(
  fleet: FleetFile,
  state: State,
  file: string,
  parameters: object,
): Promise<{ stop(): Promise<unknown> }> {
  const child = spawn("docker", [
    "run",
    "--rm",
    "--interactive",
    "--network",
    `${boxProject(fleet)}-0-public`,
    "--label",
    `com.docker.compose.project=${boxProject(fleet)}`,
    "--volume",
    `${file}:/load/program.mjs:ro`,
    "--volume",
    `${state.path("secrets", "ca.pem")}:/load/ca.pem:ro`,
    "--user",
    "0",
    "--entrypoint",
    "node",
    localTag("shop"),
    "/load/program.mjs",
    JSON.stringify(parameters),
  ])
  const name = basename(file)
  const output = text(child.stdout)
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 1)))
  await started(name, child.stderr, ended)
  return {
    stop: async () => {
      child.stdin.end()
      const [code, printed] = await Promise.all([ended, output])
      if (code !== 0) throw new Failure(`${name} ended with exit code ${code}`)
      return JSON.parse(printed)
    },
  }
}
