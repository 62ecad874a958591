import type { EnvironmentSpec } from "../../schema/environment.ts"
import { parseBytes, parseDurationSeconds } from "../../schema/quantity.ts"
import type { Monitoring } from "./fleet.ts"

/** Share of a manager's disk for metrics: the rest is the system's, images' and etcd's. */
const storageShare = 0.2

/** Share of a manager's memory for Prometheus: the rest is the system's, Docker's and etcd's. */
const memoryShare = 0.25

/** The monitoring with every default of `schema/environment.ts`; null when none is declared. */
export function resolveMonitoring({ monitoring, hosts }: EnvironmentSpec): Monitoring | null {
  if (monitoring === undefined) return null
  const { storage, memory, notify } = monitoring
  const { email, slack } = notify ?? {}
  return {
    scrapeIntervalSeconds: parseDurationSeconds(monitoring.scrapeInterval ?? "15s"),
    retentionSeconds: parseDurationSeconds(monitoring.retention ?? "15d"),
    storageBytes: bytes(storage, storageShare * parseBytes(hosts.manager.disk)),
    memoryBytes: bytes(memory, memoryShare * parseBytes(hosts.manager.memory)),
    runbooks: (monitoring.runbooks ?? "docs/runbooks").replace(/\/$/, ""),
    grafana: monitoring.grafana ?? null,
    notify: {
      email: email === undefined ? null : { ...email, username: email.username ?? null },
      slackChannel: slack?.channel ?? null,
      pagerDuty: notify?.pagerDuty ?? false,
      heartbeat: notify?.heartbeat ?? false,
    },
  }
}

function bytes(written: string | undefined, otherwise: number): number {
  return written === undefined ? Math.floor(otherwise) : parseBytes(written)
}
