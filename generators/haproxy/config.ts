import { formatDuration } from "../core/duration.ts"
import type { Fleet } from "../core/fleet.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader } from "../core/yaml.ts"
import { imagesOrigin } from "./images.ts"
import {
  closeSpreadSeconds,
  hardStopSeconds,
  holdObsoleteSeconds,
  maxConnectionsTotal,
  serverSlots,
} from "./limits.ts"
import { metricsPort } from "./ports.ts"
import { type RateLimit, rateLimitView, retryAfterSeconds } from "./rate-limit.ts"

const template = loadTemplate(import.meta.url, "haproxy.cfg.hbs")

/** Answers HAProxy gives itself; 0 does not tell clients to come back. */
const errors = [
  { status: 400, text: "bad request", retryAfterSeconds: 0 },
  { status: 403, text: "forbidden", retryAfterSeconds: 0 },
  { status: 404, text: "not found", retryAfterSeconds: 0 },
  { status: 405, text: "method not allowed", retryAfterSeconds: 0 },
  { status: 408, text: "request timeout", retryAfterSeconds: 0 },
  { status: 421, text: "no such host here", retryAfterSeconds: 0 },
  { status: 500, text: "internal error", retryAfterSeconds: 0 },
  { status: 502, text: "bad gateway", retryAfterSeconds: 1 },
  { status: 503, text: "no capacity", retryAfterSeconds: 1 },
  { status: 504, text: "gateway timeout", retryAfterSeconds: 1 },
]

/** haproxy.cfg of every load balancer; the same file for all. */
export function haproxyConfig(fleet: Fleet): string {
  const { app, edge } = fleet
  const { rateLimit } = edge
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
    errors: rateLimit === null ? errors : [...errors, tooMany(rateLimit)],
    rateLimit: rateLimit === null ? false : rateLimitView(rateLimit),
    metricsPort,
    privateSubnet: fleet.network.privateSubnet,
    hostname: edge.hostname,
    hostnames: [edge.hostname, ...edge.aliases].map((name) => name.toLowerCase()),
    healthPath: app.healthPath,
    serverSlots: serverSlots(fleet),
    appPort: app.port,
    images: imagesOrigin(fleet) ?? false,
  })
}

function tooMany(limit: RateLimit) {
  return { status: 429, text: "too many requests", retryAfterSeconds: retryAfterSeconds(limit) }
}
