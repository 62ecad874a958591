import { hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { inHost } from "../fleet-access.ts"

/** How a member came back: its data was good as it was, was rewound, or was copied anew. */
export type Rejoin = "followed" | "rewound" | "copied"

/**
 * How a member came back, by what Patroni logged since it was broken: its own words (`ha.py`,
 * `postgresql/bootstrap.py` of Patroni 4) and those of pg_rewind. A copy counts from its beginning, also when
 * a rewind was tried before.
 */
export function rejoinOf(log: string): Rejoin {
  if (/trying to bootstrap from|replica has been created using/.test(log)) return "copied"
  // pg_rewind may also find that there is nothing to take back.
  return /pg_rewind: rewinding from last common checkpoint/.test(log) ? "rewound" : "followed"
}

/** How every member came back since a moment, by host. */
export async function rejoins(
  context: DrillContext,
  sinceMs: number,
): Promise<Record<string, Rejoin>> {
  const hosts = hostsOf(context.fleet, "database")
  const logs = await Promise.all(hosts.map(({ name }) => logsSince(context, name, sinceMs)))
  return Object.fromEntries(hosts.map(({ name }, index) => [name, rejoinOf(logs[index] ?? "")]))
}

/** What a member's containers logged since then: that of the fault, and those started after it. */
async function logsSince(context: DrillContext, host: string, sinceMs: number): Promise<string> {
  const filter = `label=com.docker.swarm.service.name=${memberService("patroni", host)}`
  const ids = `$(docker ps --all --quiet --filter ${filter})`
  const since = (sinceMs / 1000).toFixed(3)
  // Docker may be removing a container of before, whose log is gone then.
  const running = "docker inspect --format '{{.State.Running}}' $id 2> /dev/null | grep -q true"
  const script = `for id in ${ids}; do docker logs --since ${since} $id 2>&1 || ! ${running} || exit 1; done`
  const result = await inHost(context, host, ["sh", "-c", script])
  if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stdout.slice(-300)}`)
  return result.stdout
}
