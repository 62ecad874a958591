import type { SwarmConnection } from "../io/swarm-connection.ts"
import { type FleetFile, hostsOf } from "./fleet-file.ts"

export interface BalancerState {
  host: string
  /** Has the VIP on an interface. */
  ownsVip: boolean
  /** Keepalived runs there and sees HAProxy answer: would take the VIP over. */
  ready: boolean
}

/**
 * What each load balancer itself says. Swarm's view lags behind by up to 15 s:
 * a host that was away for less never looks down, though nothing runs there yet.
 */
export function balancerStates(
  fleet: FleetFile,
  connection: Pick<SwarmConnection, "remote">,
): Promise<BalancerState[]> {
  const container = "docker ps --quiet --filter name=^quickcart_keepalived-[0-9]"
  const command = `ip -oneline address show to ${fleet.network.vip} | sed s/^/vip:/; docker exec $(${container}) cat /run/keepalived/haproxy.track | sed s/^/track:/`
  return Promise.all(
    hostsOf(fleet, "load-balancer").map(async ({ name }) => {
      const { stdout } = await connection.remote.exec(name, command, {
        allowFailure: true,
        repeatable: true,
      })
      return { host: name, ownsVip: stdout.includes("vip:"), ready: /^track:0$/m.test(stdout) }
    }),
  )
}
