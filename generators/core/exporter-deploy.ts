import { oneByOne } from "./one-by-one.ts"
import type { SwarmService } from "./swarm-service.ts"

/** How an exporter runs on every host that the constraint selects, with so many bytes of memory at most. */
export function exporterDeploy(
  constraint: string,
  memoryLimitBytes: number,
): NonNullable<SwarmService["deploy"]> {
  return {
    mode: "global",
    endpoint_mode: "dnsrr",
    placement: { constraints: [constraint] },
    resources: { limits: { memory: String(memoryLimitBytes) } },
    restart_policy: { condition: "any", delay: "1s" },
    ...oneByOne("5s"),
  }
}
