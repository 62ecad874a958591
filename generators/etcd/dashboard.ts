import {
  type Dashboard,
  graph,
  greenFrom,
  number,
  quantile,
  rate,
  redFrom,
  upOrDown,
} from "../core/dashboard.ts"
import { everywhere, growing, steady } from "../core/monitoring.ts"
import { mostOfQuota } from "./monitoring.ts"

/** etcd loses leaders when its disk takes longer than this for a write (its hardware guide). */
const slowDiskSeconds = 0.1

export function etcdDashboard(instances: Record<string, string>[]): Dashboard {
  const quorum = Math.floor(instances.length / 2) + 1
  const buckets = ["0.008", "0.064", "+Inf"].flatMap((le) =>
    instances.map((labels) => ({ ...labels, le })),
  )
  const fsync = "etcd_disk_wal_fsync_duration_seconds_bucket"
  const commit = "etcd_disk_backend_commit_duration_seconds_bucket"
  const roundTrip = "etcd_network_peer_round_trip_time_seconds_bucket"
  return {
    uid: "quickcart-etcd",
    title: "etcd",
    description: "Can the database fail over: has etcd a quorum, and is it fast enough?",
    rows: [
      {
        title: "Quorum",
        panels: [
          number(
            {
              title: "Members that answer",
              description: "Whether each answers at all.",
              unit: "short",
              words: upOrDown,
              steps: greenFrom(1),
            },
            ['up{job="etcd"}', "{{node}}"],
          ),
          number(
            {
              title: "Members that know a leader",
              description: `${quorum} of ${instances.length} have to: without them no failover is possible.`,
              unit: "short",
              steps: [
                { from: null, colour: "red" },
                { from: quorum, colour: "yellow" },
                { from: instances.length, colour: "green" },
              ],
            },
            ["count(etcd_server_has_leader == 1) or vector(0)", "members"],
          ),
          number(
            {
              title: "Leader",
              description: "The member that orders the writes.",
              unit: "short",
              named: true,
            },
            ["etcd_server_is_leader == 1", "{{node}}"],
          ),
          graph(
            {
              title: "Changes of leader",
              description: "Each stops writes for a moment. Many mean a slow disk or network.",
              unit: "short",
            },
            [
              "sum by (node) (increase(etcd_server_leader_changes_seen_total[$__rate_interval]))",
              "{{node}}",
            ],
          ),
          graph(
            {
              title: "Proposals",
              description: "Writes that the members agreed on, and those that failed.",
              unit: "ops",
            },
            [`max(${rate("etcd_server_proposals_committed_total")})`, "agreed"],
            [`sum by (node) (${rate("etcd_server_proposals_failed_total")})`, "{{node}}: failed"],
          ),
        ],
      },
      {
        title: "Speed and room",
        panels: [
          graph(
            {
              title: "Disk",
              description:
                "Time within which 99% of the writes were on the disk: of the log, and of the database.",
              unit: "s",
              steps: redFrom(slowDiskSeconds),
            },
            [quantile(0.99, fsync, ["node"]), "{{node}}: log"],
            [quantile(0.99, commit, ["node"]), "{{node}}: database"],
          ),
          graph(
            {
              title: "Network between members",
              description: "Time within which 99% of the round trips ended.",
              unit: "s",
            },
            [quantile(0.99, roundTrip, ["node"]), "{{node}}"],
          ),
          graph(
            {
              title: "Database",
              description:
                "Share of its quota that each member uses. At all of it etcd turns read-only.",
              unit: "percentunit",
              max: 1,
              steps: redFrom(mostOfQuota),
            },
            ["etcd_mvcc_db_total_size_in_bytes / etcd_server_quota_backend_bytes", "{{node}}"],
          ),
        ],
      },
    ],
    series: {
      ...everywhere(instances, "etcd_server_is_leader", steady(1)),
      ...everywhere(instances, "etcd_server_leader_changes_seen_total", steady(1)),
      ...everywhere(instances, "etcd_server_proposals_committed_total", growing(60)),
      ...everywhere(instances, "etcd_server_proposals_failed_total", steady(0)),
      ...everywhere(buckets, fsync, growing(60)),
      ...everywhere(buckets, commit, growing(60)),
      ...everywhere(buckets, roundTrip, growing(60)),
    },
  }
}
