import { readFileSync } from "node:fs"
import type { IncomingHttpHeaders } from "node:http"
import { request } from "node:https"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { State } from "./state.ts"

export interface Visit {
  status: number
  headers: IncomingHttpHeaders
}

const timeoutMs = 3000

/** Asks the shop for a path as a visitor does: at the VIP, over HTTPS, with the certificate checked. */
export function visit(fleet: FleetFile, state: State, path: string): Promise<Visit> {
  const authority = state.path("secrets", "ca.pem")
  // In the box no public authority signs; anywhere else the system's do.
  const ca = fleet.provider.name === "box" ? { ca: readFileSync(authority) } : {}
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: fleet.network.vip,
        servername: fleet.hostname,
        path,
        headers: { host: fleet.hostname },
        timeout: timeoutMs,
        agent: false,
        ...ca,
      },
      (answer) => {
        answer.resume()
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers })
      },
    )
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)))
    outgoing.on("error", reject)
    outgoing.end()
  })
}
