import type { DataVolume, Fleet } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { assumedRows, databaseGrowth, walShare, yearsUntilFull } from "../patroni/data-volume.ts"
import { crashSeconds, etcdLeaderLossSeconds, hostLossSeconds } from "../patroni/failover.ts"
import { tuningOf } from "../patroni/tuning.ts"
import { poolOf, reservedConnections } from "../pgbouncer/pool.ts"
import { formatBytes, formatNumber, markdownTable } from "./table.ts"

/** The section of the README about PostgreSQL; nothing without one. */
export function databaseSection(fleet: Fleet): string[] {
  const { database, objectives, workload } = fleet
  if (database === null) return []
  const n = formatNumber
  const pool = poolOf(fleet, database)
  const promised = n(objectives.databaseFailoverSeconds)
  const hostLoss = hostLossSeconds(database)
  const leaderLoss = etcdLeaderLossSeconds(database)
  const crash = crashSeconds(database)
  return [
    "## Database",
    [
      `- Replication: ${database.replication === "quorum" ? "quorum, one replica confirms each commit" : "asynchronous"}; each member may use ${formatBytes(database.memoryBytes)}.`,
      `- The primary's host is lost: ${hostLoss.sum} = **${n(hostLoss.seconds)} s** at worst. The objective is ${promised} s.`,
      `- The manager that leads etcd is lost with it: ${leaderLoss.sum} = **${n(leaderLoss.seconds)} s** at worst.`,
      `- PostgreSQL crashes and does not recover: ${crash.sum} = **${n(crash.seconds)} s** at worst.`,
      `- Pools: ${pool.instances} app hosts at most × (${pool.writeConnections} write + ${pool.readConnections} read + ${pool.loginConnections} for logins) = **${n(pool.totalConnections)}** of ${n(database.maxConnections)} connections, ${reservedConnections} of which are reserved.`,
      ...(workload.data === null ? [] : [growth(fleet, workload.data)]),
      `- A replica answers reads while it is less than ${formatBytes(database.maxReplicaLagBytes)} behind; with none, the primary does.`,
    ].join("\n"),
    markdownTable(
      ["Parameter", "Value", "From", "Because"],
      tuningOf(fleet).map(({ parameter, value, formula, reason }) => [
        `\`${parameter}\``,
        value,
        formula,
        reason,
      ]),
    ),
  ]
}

/** When the disks are full, by what the stores hold. */
function growth(fleet: Fleet, data: DataVolume): string {
  const n = formatNumber
  const { initialBytes, bytesPerYear } = databaseGrowth(data)
  const diskBytes = hostsOf(fleet, "database")[0]?.diskBytes ?? 0
  const years = Math.round(yearsUntilFull(data, diskBytes) * 10) / 10
  return `- Data: ${n(data.products)} products and ${n(data.users)} users take ${formatBytes(initialBytes)}, ${n(data.ordersPerDay)} orders a day ${formatBytes(bytesPerYear)} a year: the ${formatBytes(diskBytes * (1 - walShare))} that WAL leaves of a disk last **${n(years)} years**. The ${formatBytes(data.imageBytes)} of product images are in the object storage. ${assumedRows()}`
}
