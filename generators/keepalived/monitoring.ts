import type { Fleet } from "../core/fleet.ts"
import { type Alert, everywhere, type Monitored, series, steady } from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { answers, nodeLabels } from "../node-exporter/monitoring.ts"

/** Several advertisements and two scrapes: a takeover never looks like two owners for as long. */
const ownerSeconds = 60

/** Several signs of life (images/keepalived/run-keepalived) and a scrape that did not come. */
const silentSeconds = 60

/** How long Keepalived may be taken for dead: Swarm starts one that ended again within seconds. */
const deadSeconds = 60

const alive = "keepalived_alive_timestamp_seconds"
/** A metric that is the time of now, a minute ago the time of then: tests begin at the epoch. */
const now = "0+60x4500"

/** Who owns the floating IP, as the load balancers' interfaces say: Keepalived's opinion may differ. */
export function keepalivedMonitoring(fleet: Fleet): Monitored {
  const { vip } = fleet.network
  const balancers = hostsOf(fleet, "loadBalancer")
  const [first] = balancers
  const [owner, other] = balancers.map((host) =>
    series("node_network_address_info", {
      ...nodeLabels(host),
      address: vip,
      device: fleet.provider.publicInterface,
    }),
  )
  if (first === undefined || owner === undefined || other === undefined) {
    return { scrapes: [], recordings: [], alerts: [], healthy: {} }
  }
  return {
    scrapes: [],
    recordings: [],
    alerts: [
      {
        name: "VipWithoutOwner",
        severity: "critical",
        // A load balancer that lives and does not tell its addresses may be the owner.
        expression: `absent(node_network_address_info{address="${vip}"}) unless on () (up{job="node",role="load-balancer"} == 0 and on (node) ${answers})`,
        forSeconds: ownerSeconds,
        summary: `No load balancer owns the floating IP ${vip}`,
        description: "Visitors reach nothing.",
        tests: {
          fires: { when: "the owner lost it", series: { [owner]: null }, atMinutes: 3 },
          silent: {
            when: "it moved to the other",
            series: { [owner]: "1x9 stale", [other]: "_x10 1x4000" },
            atMinutes: 10,
          },
          silentToo: [
            {
              when: "the owner's node exporter is gone",
              series: { [owner]: "1x9 stale", [series("up", nodeLabels(first))]: "1x9 0x4000" },
              atMinutes: 30,
            },
          ],
        },
      },
      {
        name: "VipOwnedTwice",
        severity: "critical",
        expression: `count(node_network_address_info{address="${vip}"}) > 1`,
        forSeconds: ownerSeconds,
        summary: `{{ $value }} load balancers own the floating IP ${vip}`,
        description: "They do not hear each other's advertisements; visitors reach either.",
        tests: {
          fires: { when: "both own it", series: { [other]: steady(1) }, atMinutes: 3 },
          silent: {
            when: "both owned it for one scrape of a takeover",
            series: { [owner]: "1x9 stale", [other]: "_x9 1x4000" },
            atMinutes: 9.75,
          },
        },
      },
      keepalivedDown(nodeLabels(first)),
    ],
    healthy: { [owner]: steady(1), ...everywhere(balancers.map(nodeLabels), alive, now) },
  }
}

function keepalivedDown(first: Record<string, string>): Alert {
  const seen = (values: string | null) => ({ [series(alive, first)]: values })
  return {
    name: "KeepalivedDown",
    severity: "warning",
    // Also of one that never gave a sign. Of a host whose exporter is gone others tell.
    expression: `up{job="node",role="load-balancer"} == 1 unless on (node) time() - ${alive} < ${silentSeconds}`,
    forSeconds: deadSeconds,
    summary: "Keepalived on {{ $labels.node }} is not alive",
    description:
      "A standby like that does not take the floating IP over. An owner like that keeps it, until a standby takes it too.",
    tests: {
      fires: { when: "it hangs", series: seen("0+60x9 540x4000"), atMinutes: 13 },
      firesToo: [{ when: "it never began", series: seen(null), atMinutes: 3 }],
      silent: { when: "it restarts", series: seen("0+60x9 540x0 660+60x4000"), atMinutes: 10.75 },
    },
  }
}
