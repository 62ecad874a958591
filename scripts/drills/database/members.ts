import { join } from "node:path"
import { type Cluster, clusterFaults, leaderOf, parseCluster } from "../../db/cluster.ts"
import { hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"

/** Hosts of the database's members. */
export function memberNames({ fleet }: DrillContext): string[] {
  return hostsOf(fleet, "database").map(({ name }) => name)
}

/** Runs a shell command in a member's container. */
export async function inMember(context: DrillContext, host: string, command: string) {
  const id = await taskContainer(context, host, memberService("patroni", host))
  return inHost(context, host, ["docker", "exec", id, "sh", "-c", command])
}

/** The cluster as the first member that answers sees it, asked without SSH. */
export async function databaseCluster(context: DrillContext): Promise<Cluster> {
  for (const { name, privateAddress } of hostsOf(context.fleet, "database")) {
    const url = `https://${privateAddress}:8008/cluster`
    const ask = `curl --silent --max-time 3 --config /run/patroni/curl.conf ${url}`
    const answer = await inMember(context, name, ask).catch(() => undefined)
    if (answer?.exitCode === 0) return parseCluster(answer.stdout)
  }
  throw new Failure("no database member answers")
}

/** Waits until every member streams from one primary, and returns its host. */
export function awaitDatabase(context: DrillContext, deadlineSeconds = 240): Promise<string> {
  return waitFor("the database to be whole", { deadlineSeconds, intervalMs: 1000 }, async () => {
    const cluster = await databaseCluster(context)
    const faults = clusterFaults(cluster, memberNames(context))
    if (faults.length > 0) throw new Failure(faults.join("; "))
    return leaderOf(cluster)?.name
  })
}

/** Waits until a member itself says that it streams: the cluster may know it from before it was stopped. */
export async function awaitStreaming(context: DrillContext, host: string): Promise<void> {
  const address = hostsOf(context.fleet, "database").find(({ name }) => name === host)
  const url = `https://${address?.privateAddress}:8008/replica`
  const ask = `curl --silent --fail --max-time 3 --output /dev/null --config /run/patroni/curl.conf ${url}`
  await waitFor(`${host} to stream`, { deadlineSeconds: 120 }, async () =>
    (await inMember(context, host, ask)).exitCode === 0 ? true : undefined,
  )
}

/** Waits for a primary that is not `old`. */
export function awaitPrimary(context: DrillContext, old: string): Promise<string> {
  return waitFor(`another primary than ${old}`, { deadlineSeconds: 90 }, async () => {
    const now = leaderOf(await databaseCluster(context))?.name
    return now === old ? undefined : now
  })
}

/** A member that streams, when the cluster is whole. */
export async function awaitReplica(context: DrillContext): Promise<string> {
  const primary = await awaitDatabase(context)
  const replica = memberNames(context).find((name) => name !== primary)
  if (replica === undefined) throw new Failure("there is no replica")
  return replica
}

/** A command as a person gives it; what it printed. */
export async function quickcart(context: DrillContext, ...argv: string[]): Promise<string> {
  const program = join(context.repository, "scripts", "quickcart.js")
  return (await run([process.execPath, program, ...argv])).stdout.trim()
}

/** Rotates a secret by the command a person uses; seconds that it took. */
export async function rotateSecret(context: DrillContext, secret: string): Promise<number> {
  const dirty = process.env.CI === undefined ? ["--allow-dirty"] : []
  const start = performance.now()
  await quickcart(context, "secrets", "rotate", context.fleet.environment, secret, ...dirty)
  return Math.round((performance.now() - start) / 1000)
}

/** A planned switchover; what the command printed. */
export function switchover(context: DrillContext, ...flags: string[]): Promise<string> {
  return quickcart(context, "db", "switchover", context.fleet.environment, ...flags)
}

/** One statement as the superuser of a member; what it printed. */
export async function sqlIn(context: DrillContext, host: string, sql: string): Promise<string> {
  const psql = "cd /; setpriv --reuid=postgres --regid=postgres --init-groups psql -XqAt -d shop"
  const result = await inMember(context, host, `${psql} -c "${sql}"`)
  if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stderr.trim()}`)
  return result.stdout.trim()
}
