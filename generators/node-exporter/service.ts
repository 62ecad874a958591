import { exporterDeploy } from "../core/exporter-deploy.ts"
import type { Fleet } from "../core/fleet.ts"
import { edgeNetwork, hostNetwork } from "../core/networks.ts"
import { notOnRole, onRole } from "../core/roles.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { nodeExporterPort } from "./ports.ts"

/** It needs some 15 MB. */
export const nodeExporterMemoryBytes = 50e6

/**
 * What others say of themselves: apply writes `deployment.prom` there, beside Prometheus only, and
 * Keepalived's runner `keepalived.prom`. In memory: when all that share it restart, a series ends
 * until it is written again, and the past stays in Prometheus.
 */
export const textfiles: SwarmMount & { type: "volume" } = {
  type: "volume",
  source: "node-exporter-run",
  target: "/run/node-exporter",
}

/**
 * What is read. Load, memory, processors and disks are the host's own in every container; `/` of a
 * container lies on the disk that Docker uses, so its free space is the host's. Nothing of the host is
 * mounted.
 */
const collectors = [
  "cpu",
  "diskstats",
  "filesystem",
  "loadavg",
  "meminfo",
  "netdev",
  // The addresses of each interface: who owns the floating IP.
  "netdev.address-info",
  "stat",
  "time",
  "timex",
  "uname",
]

const options = [
  "--collector.disable-defaults",
  ...collectors.map((name) => `--collector.${name}`),
  "--collector.filesystem.mount-points-exclude=^/.+",
  "--collector.filesystem.fs-types-exclude=^$",
  // Interfaces of single containers come and go.
  "--collector.netdev.device-exclude=^(veth|vx-|br-).*",
  "--web.disable-exporter-metrics",
]

/** The exporter of every host with a fixed address, in the host's network. */
export function pinnedService(fleet: Fleet): SwarmService {
  return {
    ...service(fleet, [
      // Load balancers have a public address too, where nobody may see this.
      "/usr/local/bin/run-exporter",
      fleet.network.privateSubnet,
      String(nodeExporterPort),
      "prometheus-node-exporter",
      "--collector.textfile",
      `--collector.textfile.directory=${textfiles.target}`,
    ]),
    volumes: [textfiles],
    networks: { [hostNetwork]: null },
    deploy: exporterDeploy(notOnRole("app"), nodeExporterMemoryBytes),
  }
}

/**
 * The exporter of every app host. They come and go, so Prometheus finds them
 * by Docker's DNS, which takes an overlay network.
 */
export function elasticService(fleet: Fleet): SwarmService {
  return {
    ...service(fleet, ["prometheus-node-exporter", `--web.listen-address=:${nodeExporterPort}`]),
    networks: { [edgeNetwork]: null },
    deploy: exporterDeploy(onRole("app"), nodeExporterMemoryBytes),
  }
}

function service(fleet: Fleet, command: string[]) {
  return {
    image: fleet.images.exporters,
    entrypoint: [...command, ...options],
    // In `node_uname_info`: which host it is.
    hostname: "{{.Node.Hostname}}",
    user: "nobody",
    read_only: true,
    stop_grace_period: "5s",
  }
}
