import type { Role } from "../core/fleet.ts"

/** What every host needs: reboot after a panic, room for the neighbours of a large fleet. */
const common: Record<string, number> = {
  "kernel.panic": 10,
  "net.core.somaxconn": 4096,
  "net.ipv4.neigh.default.gc_thresh1": 8192,
  "net.ipv4.neigh.default.gc_thresh2": 32768,
  "net.ipv4.neigh.default.gc_thresh3": 65536,
  "vm.swappiness": 10,
}

/**
 * Load balancers translate every connection, and an address that moves between
 * them must be announced and answered for on its own interface only.
 */
const loadBalancer: Record<string, number> = {
  "net.ipv4.conf.all.arp_announce": 2,
  "net.ipv4.conf.all.arp_ignore": 1,
  "net.ipv4.conf.all.arp_notify": 1,
  "net.netfilter.nf_conntrack_max": 524288,
  "net.netfilter.nf_conntrack_tcp_timeout_time_wait": 30,
}

/** Text of a sysctl.d file for hosts of the role. */
export function kernelSettings(role: Role, header: string): string {
  const settings = role === "loadBalancer" ? { ...common, ...loadBalancer } : common
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`)
  return `${[header, ...lines.sort()].join("\n")}\n`
}
