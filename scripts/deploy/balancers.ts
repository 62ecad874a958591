import type { SwarmConnection } from "../io/swarm-connection.ts"
import { type FleetFile, hostsOf } from "./fleet-file.ts"

export interface BalancerState {
  host: string
  /** Has the VIP on an interface. */
  ownsVip: boolean
  /** Keepalived runs there and sees HAProxy answer: would take the VIP over. */
  ready: boolean
}

const keepalived = "$(docker ps --quiet --filter name=^quickcart_keepalived-[0-9])"
/** The hand-over's own limits (images/keepalived/hand-over-vip) and what SSH and Docker take. */
const handOverTimeoutSeconds = 40

/**
 * Makes the VIP leave its owner without cutting a connection; the standby takes it, so
 * one has to be ready. Throws a Failure with the host's words when the VIP stays.
 */
export async function handOverVip(
  fleet: FleetFile,
  connection: Pick<SwarmConnection, "remote">,
  host: string,
): Promise<void> {
  const command = `docker exec ${keepalived} /usr/local/libexec/hand-over-vip ${fleet.network.vip}`
  await connection.remote.exec(host, command, { timeoutSeconds: handOverTimeoutSeconds })
}

/** A Docker that hangs must not hold up what would mend it. */
const answerSeconds = 10

/**
 * What each load balancer itself says. Swarm's view lags behind by up to 15 s:
 * a host that was away for less never looks down, though nothing runs there yet.
 */
export function balancerStates(
  fleet: FleetFile,
  connection: Pick<SwarmConnection, "remote">,
): Promise<BalancerState[]> {
  const command = `ip -oneline address show to ${fleet.network.vip} | sed s/^/vip:/; docker exec ${keepalived} cat /run/keepalived/haproxy.track | sed s/^/track:/`
  return Promise.all(
    hostsOf(fleet, "load-balancer").map(async ({ name }) => {
      const { stdout } = await connection.remote.exec(name, command, {
        allowFailure: true,
        repeatable: true,
        timeoutSeconds: answerSeconds,
      })
      return { host: name, ownsVip: stdout.includes("vip:"), ready: /^track:0$/m.test(stdout) }
    }),
  )
}
