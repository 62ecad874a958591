import type { Fleet, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader } from "../core/yaml.ts"

const template = loadTemplate(import.meta.url, "keepalived.conf.hbs")

/**
 * keepalived.conf of one load balancer. Hosts differ in address, peers and
 * priority. Throws when the fleet gives the host no priority.
 */
export function keepalivedConfig(fleet: Fleet, host: Host): string {
  const { provider, network, edge } = fleet
  const priority = edge.vrrp.priorities[host.name]
  if (priority === undefined) throw new Error(`${host.name} has no VRRP priority`)
  return template({
    header: generatedHeader(fleet.source),
    name: host.name,
    privateInterface: provider.privateInterface,
    publicInterface: provider.publicInterface,
    routerId: edge.vrrp.routerId,
    priority,
    advertIntervalSeconds: edge.vrrp.advertIntervalSeconds,
    address: host.privateAddress,
    peers: hostsOf(fleet, "loadBalancer")
      .filter((other) => other.name !== host.name)
      .map((other) => other.privateAddress),
    vip: network.vip,
  })
}
