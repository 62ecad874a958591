import { hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import { cutEtcd } from "../database/isolation.ts"
import { awaitDatabase, awaitReplica, inMember, sqlIn } from "../database/members.ts"
import { awaitSpread, redisMember } from "../database/redis-masters.ts"
import { signalReplay } from "../database/replica-behind.ts"
import type { DrillContext } from "../drill.ts"
import { hostContainer, powerOn } from "../fleet-access.ts"
import { scaleDown } from "./break.ts"
import type { Fault } from "./fault.ts"

/** As the rule DatabaseWithoutPrimary allows a failover. */
const failoverSeconds = 45
/** `database.failover.ttl` and one round. */
const leaseSeconds = 25
/** Swarm takes a node for down after three missed heartbeats of 5 s, which come a little apart. */
const missedHeartbeatsSeconds = 20
/** Several times the lag that the rule allows (database.maxReplicaLag). */
const lagMegabytes = 80

/** A replica receives what the primary writes, and replays none of it. */
export const replicaLags: Fault = {
  name: "replica-lags",
  summary: `a replica stops replaying, and ${lagMegabytes} MB are written`,
  touches: ["database"],
  must: [{ alert: "ReplicaLag" }],
  break: async (on) => {
    const primary = await awaitDatabase(on)
    const replica = await awaitReplica(on)
    const write = `select count(pg_logical_emit_message(false, 'drill', repeat('x', 1000000))) from generate_series(1, ${lagMegabytes})`
    on.undo(() => signalReplay(on, replica, "CONT"))
    await signalReplay(on, replica, "STOP")
    await sqlIn(on, primary, write)
    return undefined
  },
}

/** One member of etcd less: the others are a quorum. */
export const etcdMemberMissing: Fault = {
  name: "etcd-member-missing",
  summary: "one member of etcd does not run",
  touches: ["etcd"],
  fast: true,
  must: [{ alert: "EtcdMemberDown" }],
  break: async (on) => {
    const host = hostsOf(on.fleet, "manager")[1]?.name ?? ""
    await scaleDown(on, { [memberService("etcd", host)]: 0 })
    return undefined
  },
}

/** Nothing can be decided any more, and the primary goes on. */
export const etcdQuorumLost: Fault = {
  name: "etcd-quorum-lost",
  summary: "two of three etcd members are cut off from each other and from the database",
  touches: ["etcd", "database"],
  must: [
    { alert: "EtcdWithoutQuorum" },
    { alert: "PatroniInFailsafe", heldBackBy: "EtcdWithoutQuorum" },
  ],
  break: async (on) => {
    on.undo(() => awaitDatabase(on))
    for (const { name } of hostsOf(on.fleet, "manager").slice(1)) on.undo(await cutEtcd(on, name))
    // Failsafe begins when the primary's lease cannot be renewed.
    return { holdsAfterSeconds: leaseSeconds }
  },
}

/** Nobody resumed Patroni, and so nobody starts a PostgreSQL that stopped. */
export const patroniPaused: Fault = {
  name: "patroni-paused",
  summary: "Patroni is paused, and PostgreSQL of a replica stops",
  touches: ["database"],
  must: [
    { alert: "PatroniPaused" },
    { alert: "PostgresDown" },
    { alert: "PostgresUnobserved", heldBackBy: "PostgresDown" },
  ],
  break: async (on) => {
    const replica = await awaitReplica(on)
    on.undo(() => awaitDatabase(on))
    on.undo(() => pause(on, replica, null))
    await pause(on, replica, true)
    await waitFor(`${replica} to be paused`, { deadlineSeconds: 60 }, async () =>
      (await askPatroni(on, replica, "patroni")).includes('"pause": true') ? true : undefined,
    )
    const stop = "kill -INT $(head -n 1 /var/lib/postgresql/17/main/postmaster.pid)"
    const result = await inMember(on, replica, stop)
    if (result.exitCode !== 0) throw new Failure(`${replica}: ${result.stderr.trim()}`)
    return undefined
  },
}

/** True pauses Patroni, null resumes it. */
async function pause(context: DrillContext, host: string, value: true | null): Promise<void> {
  const body = JSON.stringify({ pause: value })
  await askPatroni(context, host, "config", `--request PATCH --data '${body}'`)
}

/** What Patroni of a member's host answered at a path of its REST API. */
export async function askPatroni(
  context: DrillContext,
  host: string,
  path: string,
  options = "",
): Promise<string> {
  const address = hostsOf(context.fleet, "database").find(({ name }) => name === host)
  const curl = `curl --silent --show-error --max-time 5 --config /run/patroni/curl.conf ${options}`
  const result = await inMember(
    context,
    host,
    `${curl} https://${address?.privateAddress}:8008/${path}`,
  )
  if (result.exitCode !== 0) throw new Failure(`Patroni of ${host}: ${result.stderr.trim()}`)
  return result.stdout
}

/** Another takes over, and all that is said of the host is said once. */
export const databaseHostLost: Fault = {
  name: "database-host-lost",
  summary: "the host of the primary, and of a third of Redis, loses its power",
  touches: ["database", "redis"],
  must: [
    { alert: "NodeDown" },
    { alert: "DatabaseFailover", holdsAfterSeconds: failoverSeconds, lingers: true },
    { alert: "PatroniDown", heldBackBy: "NodeDown" },
    { alert: "RedisMemberDown", heldBackBy: "NodeDown" },
    { alert: "DockerDown", heldBackBy: "NodeDown" },
    { alert: "SwarmNodeDown", heldBackBy: "NodeDown", holdsAfterSeconds: missedHeartbeatsSeconds },
  ],
  may: { PostgresUnobserved: "it is down for about as long as that takes" },
  break: async (on) => {
    const primary = await awaitDatabase(on)
    on.undo(() => awaitSpread(on))
    on.undo(() => awaitDatabase(on))
    on.undo(() => powerOn(on, primary))
    await run(["docker", "kill", hostContainer(on, primary)])
    return { downHosts: [primary] }
  },
}

/** Nobody takes writes, and nobody can. */
export const databaseGone: Fault = {
  name: "database-gone",
  summary: "no member of the database runs",
  // Tasks of the shop that start meanwhile would wait for it.
  touches: ["database", "app"],
  must: [
    { alert: "DatabaseWithoutPrimary" },
    { alert: "PatroniDown" },
    { alert: "DatabaseRouteWithoutPrimary", heldBackBy: "DatabaseWithoutPrimary" },
  ],
  may: {
    DatabaseFailover: "whoever starts first may be another than before",
    PoolWaits: "the shop's queries wait, as long as the repair takes",
    PostgresUnobserved: "its minutes may end before the repair does",
    RouteFails: "probes ask the shop for a page",
  },
  break: async (on) => {
    const members = hostsOf(on.fleet, "database").map(({ name }) => memberService("patroni", name))
    on.undo(() => awaitDatabase(on))
    await scaleDown(on, Object.fromEntries(members.map((service) => [service, 0])))
    return undefined
  },
}

/** A copy of a shard less: the other serves it. */
export const redisMemberMissing: Fault = {
  name: "redis-member-missing",
  summary: "one member of the cache does not run",
  touches: ["redis"],
  fast: true,
  must: [{ alert: "RedisMemberDown" }],
  break: async (on) => {
    await scaleDown(on, { [redisMember("cache", 4)]: 0 })
    return undefined
  },
}

/** Both copies of a third of the sessions. */
export const redisShardLost: Fault = {
  name: "redis-shard-lost",
  summary: "both members of a shard of the sessions do not run",
  touches: ["redis"],
  must: [{ alert: "RedisSlotsLost" }, { alert: "RedisMemberDown", heldBackBy: "RedisSlotsLost" }],
  break: async (on) => {
    await awaitSpread(on)
    on.undo(() => awaitSpread(on))
    // 1 to 3 are the primaries of the shards, 4 to 6 their secondaries.
    await scaleDown(on, { [redisMember("sessions", 1)]: 0, [redisMember("sessions", 4)]: 0 })
    return undefined
  },
}
