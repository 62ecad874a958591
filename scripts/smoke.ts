import type { FleetFile } from "./deploy/fleet-file.ts"
import { waitFor } from "./io/clock.ts"
import type { State } from "./io/state.ts"
import { visit } from "./io/visit.ts"

const deadlineSeconds = 60

/**
 * Asks for the shop's health through the VIP over HTTPS, with the certificate
 * checked, until it answers 200. Throws a Failure at the deadline.
 */
export async function smokeTest(fleet: FleetFile, state: State): Promise<string> {
  const what = `https://${fleet.hostname}${fleet.healthPath} through ${fleet.network.vip}`
  return waitFor(what, { deadlineSeconds }, async () => {
    const { status } = await visit(fleet, state, fleet.healthPath)
    if (status !== 200) throw new Error(`HTTP ${status}`)
    return `${what}: HTTP 200`
  })
}
