import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader } from "../core/yaml.ts"
import {
  closeSpreadSeconds,
  hardStopSeconds,
  holdObsoleteSeconds,
  maxConnectionsTotal,
  serverSlots,
} from "./limits.ts"
import { metricsPort } from "./ports.ts"

const template = loadTemplate(import.meta.url, "haproxy.cfg.hbs")

/** Answers HAProxy gives itself; `retry` tells clients to come back. */
const errors = [
  { status: 400, text: "bad request", retry: false },
  { status: 403, text: "forbidden", retry: false },
  { status: 408, text: "request timeout", retry: false },
  { status: 421, text: "no such host here", retry: false },
  { status: 500, text: "internal error", retry: false },
  { status: 502, text: "bad gateway", retry: true },
  { status: 503, text: "no capacity", retry: true },
  { status: 504, text: "gateway timeout", retry: true },
]

/** haproxy.cfg of every load balancer; the same file for all. */
export function haproxyConfig(fleet: Fleet): string {
  const { app, edge } = fleet
  return template({
    header: generatedHeader(fleet.source),
    maxConnections: edge.maxConnections,
    maxConnectionsTotal: maxConnectionsTotal(fleet),
    maxConnectionsPerTask: edge.maxConnectionsPerTask,
    hardStop: formatDuration(hardStopSeconds(fleet)),
    closeSpread: formatDuration(closeSpreadSeconds(fleet)),
    holdObsolete: formatDuration(holdObsoleteSeconds),
    timeouts: {
      request: formatDuration(edge.timeouts.requestSeconds),
      connect: formatDuration(edge.timeouts.connectSeconds),
      client: formatDuration(edge.timeouts.clientSeconds),
      server: formatDuration(edge.timeouts.serverSeconds),
      queue: formatDuration(edge.timeouts.queueSeconds),
    },
    health: {
      interval: formatDuration(edge.health.intervalSeconds),
      fastInterval: formatDuration(edge.health.fastIntervalSeconds),
      fall: edge.health.fall,
      rise: edge.health.rise,
    },
    errors,
    metricsPort,
    hostname: edge.hostname,
    hostnames: [edge.hostname, ...edge.aliases].map((name) => name.toLowerCase()),
    healthPath: app.healthPath,
    serverSlots: serverSlots(fleet),
    appPort: app.port,
  })
}
