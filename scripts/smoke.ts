import { readFileSync } from "node:fs"
import { request } from "node:https"
import type { FleetFile } from "./deploy/fleet-file.ts"
import { waitFor } from "./io/clock.ts"
import type { State } from "./io/state.ts"

const deadlineSeconds = 60

/**
 * Asks for the shop's health through the VIP over HTTPS, with the certificate
 * checked, until it answers 200. Throws a Failure at the deadline.
 */
export async function smokeTest(fleet: FleetFile, state: State): Promise<string> {
  const file = state.path("secrets", "ca.pem")
  const ca = fleet.provider.name === "box" ? readFileSync(file) : undefined
  const what = `https://${fleet.hostname}${fleet.healthPath} through ${fleet.network.vip}`
  return waitFor(what, { deadlineSeconds }, async () => {
    const status = await statusOf(fleet, ca)
    if (status !== 200) throw new Error(`HTTP ${status}`)
    return `${what}: HTTP 200`
  })
}

function statusOf(fleet: FleetFile, ca: Buffer | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: fleet.network.vip,
        servername: fleet.hostname,
        path: fleet.healthPath,
        headers: { host: fleet.hostname },
        timeout: 3000,
        agent: false,
        ...(ca === undefined ? {} : { ca }),
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in 3 s")))
    outgoing.on("error", reject)
    outgoing.end()
  })
}
