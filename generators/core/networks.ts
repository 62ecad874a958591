import type { Fleet } from "./fleet.ts"

/** Overlay that joins the load balancers and the app. */
export const edgeNetwork = "edge"

/** The host's own network, for services that need its addresses. */
export const hostNetwork = "hostnet"

/** What Docker takes for granted when an overlay names no MTU. */
const defaultMtuBytes = 1500

/** A network as a stack file declares it. Throws on a name nobody defined. */
export function networkDefinition(fleet: Fleet, name: string): Record<string, unknown> {
  if (name === hostNetwork) return { external: true, name: "host" }
  if (name !== edgeNetwork) throw new Error(`no network is called "${name}"`)
  const { encryptedOverlay, mtuBytes } = fleet.network
  // The driver itself subtracts what VXLAN and ESP add: the option names the underlay's MTU.
  const options = {
    ...(encryptedOverlay ? { encrypted: "true" } : {}),
    ...(mtuBytes === defaultMtuBytes ? {} : { "com.docker.network.driver.mtu": String(mtuBytes) }),
  }
  return {
    driver: "overlay",
    ...(Object.keys(options).length === 0 ? {} : { driver_opts: options }),
  }
}
