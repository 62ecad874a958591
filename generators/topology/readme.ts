import { resources } from "../app/service.ts"
import {
  flashSaleCapacity,
  hostLossCapacity,
  maxTasksPerHost,
  tasksPerHost,
} from "../app/task-count.ts"
import { sortedEntries } from "../core/canonical.ts"
import type { Contributions } from "../core/component.ts"
import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { hostsOf, kebabRole } from "../core/roles.ts"
import { serverSlots } from "../haproxy/limits.ts"
import { databaseSection } from "./database.ts"
import { topologyDiagram } from "./diagram.ts"
import { monitoringSection } from "./monitoring.ts"
import { portRows } from "./ports.ts"
import { scalingSection } from "./scaling.ts"
import { formatBytes, formatNumber, markdownTable } from "./table.ts"

/** `stacks/<env>/README.md`: what the environment is, and the arithmetic behind it. */
export function readme(fleet: Fleet, all: Contributions): string {
  const sections = [
    `<!-- generated from ${fleet.source} by npx quickcart render, do not edit -->`,
    `# ${fleet.environment}`,
    `A ${fleet.tier} environment of ${fleet.hosts.length} hosts at ${fleet.provider.name} (${fleet.provider.region}), rendered from \`${fleet.source}\`. The shop answers at https://${fleet.edge.hostname}.`,
    "## Topology",
    `\`\`\`mermaid\n${topologyDiagram(fleet)}\n\`\`\``,
    "## Hosts",
    hostTable(fleet),
    "## Services",
    serviceTable(all),
    "## Capacity",
    capacity(fleet),
    ...scalingSection(fleet),
    "## Failover of the floating IP",
    failover(fleet),
    ...databaseSection(fleet),
    ...monitoringSection(fleet),
    "## Ports",
    "What comes in and is not listed is not needed, and is to be refused. Going out, every host asks DNS, NTP and Debian's mirrors (at its first boot and for updates) and the registry; load balancers and managers ask object storage, and managers tell whom alerts go to. Hosts without a public address need NAT for that.",
    portTable(all),
    ...operators(fleet),
    "## Images",
    imageTable(fleet),
  ]
  return `${sections.join("\n\n")}\n`
}

function hostTable(fleet: Fleet): string {
  return markdownTable(
    ["Host", "Role", "Private address", "Public address", "vCPU", "Memory", "Disk", "Size"],
    fleet.hosts.map((host) => [
      host.name,
      kebabRole(host.role),
      host.privateAddress,
      host.publicAddress ?? "none",
      host.vcpu,
      formatBytes(host.memoryBytes),
      `${formatBytes(host.diskBytes)} ${host.diskKind === "ssd" ? "SSD" : "NVMe"}`,
      host.size ?? "",
    ]),
  )
}

function serviceTable(all: Contributions): string {
  return markdownTable(
    ["Wave", "Service", "Stack file", "A change means", "Deadline"],
    all.services
      .toSorted((a, b) => a.rollout.wave - b.rollout.wave)
      .map(({ name, tier, rollout }) => [
        rollout.wave,
        `\`quickcart_${name}\``,
        `[${tier}.stack.yaml](${tier}.stack.yaml)`,
        rollout.impact,
        formatDuration(rollout.deadlineSeconds),
      ]),
  )
}

function capacity(fleet: Fleet): string {
  const { workload, app } = fleet
  const n = formatNumber
  const hosts = hostsOf(fleet, "app").length
  const provided = workload.coresProvided * workload.requestsPerCorePerSecond
  const enough = workload.coresProvided >= workload.coresNeeded
  return [
    `- Baseline: ${n(workload.concurrentUsers)} users × ${n(workload.requestsPerUserPerSecond)} requests/s = **${n(workload.baselineRequestsPerSecond)} requests/s**.`,
    `- Cores needed: ⌈${n(workload.baselineRequestsPerSecond)} ÷ ${n(workload.requestsPerCorePerSecond)} requests/s for each core⌉ = **${n(workload.coresNeeded)}**.`,
    `- Cores provided: ${hosts} app hosts, together **${n(workload.coresProvided)}**, good for ${n(provided)} requests/s: ${enough ? "enough" : "**not enough**"} for the baseline.`,
    hostLoss(fleet),
    `- Flash sale: ${n(workload.baselineRequestsPerSecond)} × ${n(workload.flashSaleFactor)} = **${n(workload.peakRequestsPerSecond)} requests/s** at the peak. ${flashSale(fleet)}`,
    `- Tasks: ${app.replicas} replicas on ${hosts} hosts, ${tasksPerHost(fleet)} on each. ${room(fleet)} HAProxy has ${serverSlots(fleet)} server slots.`,
    `- Concurrency: ${app.replicas} tasks × ${n(fleet.edge.maxConnectionsPerTask)} requests at once = ${n(app.replicas * fleet.edge.maxConnectionsPerTask)}; more wait up to ${formatDuration(fleet.edge.timeouts.queueSeconds)} in HAProxy, which holds ${n(fleet.edge.maxConnections)} connections.`,
    ...rateLimit(fleet),
  ].join("\n")
}

/** N-1: the load and the tasks when one app host is gone. */
function hostLoss(fleet: Fleet): string {
  const { left, vcpu, served, arriving } = hostLossCapacity(fleet)
  const { baselineRequestsPerSecond, requestsPerCorePerSecond } = fleet.workload
  const { cdnOffload } = fleet.edge
  const n = formatNumber
  if (left === 0) return "- One app host gone: **nothing** is left."
  const load =
    cdnOffload === 0
      ? "the baseline"
      : `the ${n(baselineRequestsPerSecond)} × ${n(100 - cdnOffload * 100)}% = ${n(arriving)} requests/s that pass the CDN`
  return `- One app host gone: ${left} × ${vcpu} cores × ${n(requestsPerCorePerSecond)} = **${n(served)} requests/s**, ${served >= arriving ? "enough" : "**not enough**"} for ${load}.`
}

/** Where the tasks go when a host is lost or an update starts more of them. */
function room(fleet: Fleet): string {
  const { replicas, update } = fleet.app
  const most = maxTasksPerHost(fleet)
  const { left } = hostLossCapacity(fleet)
  const wanted = `${replicas} + ${update.parallelism}`
  const { limits, reservations } = resources(fleet)
  const [memory, limit] = [reservations, limits].map((amount) => formatBytes(Number(amount.memory)))
  const each = `each task has ${reservations.cpus} of its ${limits.cpus} CPU and ${memory} of its ${limit} set aside`
  return left === 0
    ? `It has places for ${most}, so that an update can start ${update.parallelism} first; ${each}.`
    : `Each has places for ${most}, so that with one host gone ${left} × ${most} = ${left * most} are enough for all and for what an update starts first, ${wanted} = ${replicas + update.parallelism}; ${each}.`
}

function rateLimit({ edge }: Fleet): string[] {
  if (edge.rateLimit === null) return []
  const { requests, periodSeconds, burst } = edge.rateLimit
  const n = formatNumber
  return [
    `- Rate limit: each client address may make ${n(burst)} requests at once and ${n(requests)} every ${formatDuration(periodSeconds)}; what is more gets a 429.`,
  ]
}

/** Who takes the peak: the app hosts, the CDN, or the waiting room. */
function flashSale(fleet: Fleet): string {
  const { hosts, vcpu, served, arriving } = flashSaleCapacity(fleet)
  const { requestsPerCorePerSecond, peakRequestsPerSecond, requestsPerUserPerSecond } =
    fleet.workload
  const { cdnOffload, waitingRoom } = fleet.edge
  const n = formatNumber
  const parts = [
    `App hosts grow to ${hosts} at most: ${hosts} × ${vcpu} cores × ${n(requestsPerCorePerSecond)} = **${n(served)} requests/s**.`,
  ]
  if (cdnOffload > 0) {
    parts.push(
      `The CDN answers ${n(cdnOffload * 100)}%, so that ${n(peakRequestsPerSecond)} × ${n(100 - cdnOffload * 100)}% = **${n(arriving)} requests/s** arrive.`,
    )
  }
  if (arriving <= served) return [...parts, "They are enough for the peak."].join(" ")
  if (waitingRoom === null) return [...parts, "They are **not enough** for the peak."].join(" ")
  const admitted = waitingRoom.maxActiveUsers * requestsPerUserPerSecond * (1 - cdnOffload)
  return [
    ...parts,
    `The waiting room lets ${n(waitingRoom.maxActiveUsers)} users in, who ask for ${n(admitted)} requests/s: the other ${n(arriving - admitted)} wait.`,
  ].join(" ")
}

function failover(fleet: Fleet): string {
  const { vrrp } = fleet.edge
  const priorities = sortedEntries(vrrp.priorities).sort(([, a], [, b]) => b - a)
  const lowest = priorities.at(-1)?.[1] ?? 0
  const n = formatNumber
  const skew = ((256 - lowest) / 256) * vrrp.advertIntervalSeconds
  return [
    `VRRPv3 (RFC 9568), virtual router ${vrrp.routerId}, unicast between ${priorities.map(([name, priority]) => `${name} (priority ${priority})`).join(" and ")}.`,
    "",
    `- Skew of the lowest priority: (256 − ${lowest}) ÷ 256 × ${n(vrrp.advertIntervalSeconds)} s = ${n(skew)} s.`,
    `- A backup takes over after 3 × ${n(vrrp.advertIntervalSeconds)} s + ${n(skew)} s = **${n(vrrp.masterDownSeconds)} s** without an advertisement. The objective is ${n(fleet.objectives.edgeFailoverSeconds)} s.`,
    "- A load balancer whose HAProxy stops answering gives the address up at once, without waiting for that time.",
  ].join("\n")
}

function portTable(all: Contributions): string {
  return markdownTable(
    ["From", "To", "Protocol", "Port", "For"],
    portRows(all.flows).map((row) => [
      row.from.join(", "),
      row.to.join(", "),
      row.protocol,
      row.port ?? "any",
      row.service,
    ]),
  )
}

function operators({ network }: Fleet): string[] {
  if (network.operators.length === 0) return []
  return [
    `SSH on the bastion is meant for ${network.operators.join(", ")} only; nothing in this repository enforces it yet.`,
  ]
}

function imageTable(fleet: Fleet): string {
  const own = sortedEntries<string>(fleet.images)
  const others = {
    app: fleet.app.image,
    ...(fleet.monitoring?.grafana ? { grafana: fleet.monitoring.grafana.image } : {}),
  }
  const built = new Set(own.map(([, reference]) => reference))
  const rows = [...own, ...Object.entries(others).filter(([, reference]) => !built.has(reference))]
  return markdownTable(
    ["Image", "Reference"],
    rows.map(([name = "", reference = ""]) => [name, `\`${reference}\``]),
  )
}
