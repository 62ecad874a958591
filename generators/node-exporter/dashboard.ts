import {
  type Dashboard,
  graph,
  greenFrom,
  number,
  rate,
  redFrom,
  upOrDown,
} from "../core/dashboard.ts"
import { everywhere, growing, steady } from "../core/monitoring.ts"
import { leastFreeDisk } from "./monitoring.ts"

/** Hosts with fixed addresses. Those of the app are on the shop's dashboard. */
const chosen = 'job="node",node=~"$node"'

export function nodeDashboard(instances: Record<string, string>[]): Dashboard {
  const pinned = instances.filter(({ job }) => job === "node")
  const disks = pinned.map((labels) => ({ ...labels, device: "vda" }))
  const interfaces = pinned.map((labels) => ({ ...labels, device: "eth1" }))
  return {
    uid: "quickcart-hosts",
    title: "Hosts",
    description: "Which host is down, busy or full?",
    explains: ["host"],
    variables: [{ name: "node", label: "Host", selector: 'up{job="node"}', values: "node" }],
    rows: [
      {
        title: "There",
        panels: [
          number(
            {
              title: "Hosts",
              description: "Whether each host's exporter answers, and most likely the host.",
              unit: "short",
              words: upOrDown,
              wide: true,
              steps: greenFrom(1),
            },
            [`up{${chosen}}`, "{{node}}"],
          ),
          graph(
            {
              title: "Nodes of the Swarm",
              description:
                "As the manager that leads counts them. Swarm starts nothing on one that is down.",
              unit: "short",
              stacked: true,
            },
            [
              "sum by (state) (swarm_manager_nodes and on (instance) swarm_manager_leader == 1) > 0",
              "{{state}}",
            ],
          ),
          graph(
            {
              title: "Health checks that could not run",
              description:
                "Docker did not get as far as asking the container. It kills one of which it learns nothing.",
              unit: "short",
            },
            [
              "sum by (node) (increase(engine_daemon_health_checks_failed_total[$__rate_interval]))",
              "{{node}}",
            ],
          ),
        ],
      },
      {
        title: "Busy",
        panels: [
          graph(
            {
              title: "Processors",
              description: "Share that is in use.",
              unit: "percentunit",
              max: 1,
            },
            [
              `1 - avg by (node) (${rate(`node_cpu_seconds_total{${chosen},mode="idle"}`)})`,
              "{{node}}",
            ],
          ),
          graph(
            {
              title: "Load",
              description: "Processes that run or wait to, over the last minute.",
              unit: "short",
            },
            [`node_load1{${chosen}}`, "{{node}}"],
          ),
          graph(
            {
              title: "Disks",
              description: "Share of the time in which the busiest disk was at work.",
              unit: "percentunit",
              max: 1,
            },
            [`max by (node) (${rate(`node_disk_io_time_seconds_total{${chosen}}`)})`, "{{node}}"],
          ),
          graph(
            {
              title: "Network",
              description: "What the busiest interface sends and receives.",
              unit: "bps",
            },
            [
              `8 * max by (node) (${rate(`node_network_transmit_bytes_total{${chosen}}`)})`,
              "{{node}}: sent",
            ],
            [
              `8 * max by (node) (${rate(`node_network_receive_bytes_total{${chosen}}`)})`,
              "{{node}}: received",
            ],
          ),
        ],
      },
      {
        title: "Full",
        panels: [
          graph(
            {
              title: "Memory in use",
              description:
                "At all of it the kernel ends the largest of its processes, whatever it does.",
              unit: "percentunit",
              max: 1,
            },
            [
              `1 - node_memory_MemAvailable_bytes{${chosen}} / node_memory_MemTotal_bytes{${chosen}}`,
              "{{node}}",
            ],
          ),
          graph(
            {
              title: "Disk in use",
              description: "A full disk stops PostgreSQL, etcd and Docker on that host.",
              unit: "percentunit",
              max: 1,
              steps: redFrom(1 - leastFreeDisk),
            },
            [
              `1 - node_filesystem_avail_bytes{${chosen}} / node_filesystem_size_bytes{${chosen}}`,
              "{{node}}",
            ],
          ),
        ],
      },
    ],
    series: {
      ...everywhere(pinned, "node_load1", steady(0.3)),
      ...everywhere(disks, "node_disk_io_time_seconds_total", growing(3)),
      ...everywhere(interfaces, "node_network_transmit_bytes_total", growing(1e6)),
      ...everywhere(interfaces, "node_network_receive_bytes_total", growing(1e6)),
    },
  }
}
