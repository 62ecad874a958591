import type { EnvironmentSpec } from "../../schema/environment.ts"
import { parseBytes, parseDurationSeconds } from "../../schema/quantity.ts"
import type { Logs } from "./fleet.ts"

/** Share of a manager's disk for logs: metrics may have as much, the rest is the system's, images' and etcd's. */
const storageShare = 0.2

/** The log store with every default of `schema/environment.ts`; null when none is declared. */
export function resolveLogs({ logs, hosts }: EnvironmentSpec): Logs | null {
  if (logs === undefined) return null
  const { retention, storage, requests } = logs
  return {
    retentionSeconds: parseDurationSeconds(retention ?? "14d"),
    storageBytes:
      storage === undefined
        ? Math.floor(storageShare * parseBytes(hosts.manager.disk))
        : parseBytes(storage),
    requests: requests ?? "all",
  }
}
