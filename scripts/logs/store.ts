import { type FleetFile, hostsOf } from "../deploy/fleet-file.ts"
import { stackName } from "../deploy/swarm-types.ts"
import { Failure } from "../io/failure.ts"
import type { Remote } from "../io/ssh.ts"
import type { Answer } from "./ask.ts"
import { type LogQuery, quoted } from "./host-script.ts"
import { merge, parseStoredLine } from "./line.ts"
import { swarmNamePattern } from "./services.ts"

/** A search through all that is stored reads some 10 GB. */
const timeoutSeconds = 300

/** Asks the log store. Throws a Failure when the fleet has none, or it does not answer. */
export async function askStore(fleet: FleetFile, remote: Remote, query: LogQuery): Promise<Answer> {
  // As `generators/logs/placement.ts` places it.
  const host = hostsOf(fleet, "manager").at(-1)?.name
  if (fleet.images.logs === undefined || host === undefined) {
    throw new Failure(
      `${fleet.environment} stores no logs. Leave out --store, which asks every host for its own, or write "logs: {}" into environments/${fleet.environment}.yaml.`,
    )
  }
  const { exitCode, stdout, stderr } = await remote.exec(
    host,
    storeCommand({ ...query, lines: query.lines + 1 }),
    { allowFailure: true, timeoutSeconds, repeatable: true },
  )
  if (exitCode !== 0) {
    const reason = stderr.trim().split("\n").at(-1) || `no answer within ${timeoutSeconds} s`
    throw new Failure(
      `the log store on ${host} does not answer: ${reason}. The hosts' own logs: leave out --store.`,
    )
  }
  const found = stdout.split("\n").flatMap((line) => parseStoredLine(line) ?? [])
  return { lines: merge(found, query.lines), cut: found.length > query.lines, unasked: [] }
}

/** Asks `read-logs` in the store's container; its patterns are for itself, not for the shell. */
export function storeCommand({ services, since, until, grep, host, lines }: LogQuery): string {
  const container = `docker ps --quiet --filter label=com.docker.swarm.service.name=${stackName}_log-store | head -n 1`
  const words = [lines, since ?? "-", until ?? "-", grep ?? "", host ?? "-"].map(String)
  const patterns = services.map(swarmNamePattern)
  return [
    `store="$(${container})"`,
    '[ -n "$store" ] || { echo "its container does not run" >&2; exit 1; }',
    `docker exec "$store" read-logs ${[...words, ...patterns].map(quoted).join(" ")}`,
  ].join("\n")
}
