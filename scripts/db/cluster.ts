import { Failure } from "../io/failure.ts"

/** One member as Patroni's REST API shows it under `/cluster`. */
export interface Member {
  name: string
  role: string
  state: string
  host: string
  timeline: number | null
  /** Bytes behind the primary; null for the primary, or when nobody knows. */
  lagBytes: number | null
  /** It runs with settings that git no longer has, until PostgreSQL restarts. */
  waitsForRestart: boolean
}

/** A cluster at one moment. */
export interface Cluster {
  members: Member[]
  /** Patroni leaves everything as it is: an operator's maintenance. */
  paused: boolean
}

/** Most a candidate may be behind before a planned switchover. */
const mostLagBytes = 1_048_576

/** Reads Patroni's answer to `GET /cluster`. Throws a Failure on anything else. */
export function parseCluster(text: string): Cluster {
  let answer: { members?: Record<string, unknown>[]; pause?: boolean }
  try {
    answer = JSON.parse(text)
  } catch {
    throw new Failure(`Patroni answered what is no JSON: ${text.slice(0, 200)}`)
  }
  if (!Array.isArray(answer.members)) throw new Failure("Patroni knows no members yet.")
  const members = answer.members.map(
    (member): Member => ({
      name: String(member.name),
      role: member.role === "master" ? "leader" : String(member.role),
      state: String(member.state),
      host: String(member.host),
      timeline: typeof member.timeline === "number" ? member.timeline : null,
      lagBytes: typeof member.lag === "number" ? member.lag : null,
      waitsForRestart: member.pending_restart === true,
    }),
  )
  return { members: members.sort((a, b) => (a.name < b.name ? -1 : 1)), paused: !!answer.pause }
}

/** The primary, or undefined while there is none. */
export function leaderOf({ members }: Cluster): Member | undefined {
  return members.find((member) => member.role === "leader" && member.state === "running")
}

/** Whether a member has its place in the cluster: it leads, or follows what the leader writes. */
export function isInPlace({ members }: Cluster, name: string): boolean {
  const member = members.find((candidate) => candidate.name === name)
  if (member?.role === "leader") return member.state === "running"
  return member?.state === "streaming"
}

/** What is wrong with a cluster that should have `expected` members; empty when nothing is. */
export function clusterFaults(cluster: Cluster, expected: string[]): string[] {
  const { members, paused } = cluster
  const leader = leaderOf(cluster)
  const missing = expected.filter((name) => !members.some((member) => member.name === name))
  return [
    ...(leader === undefined ? ["there is no primary"] : []),
    ...missing.map((name) => `${name} is missing`),
    ...members
      .filter((member) => member.role !== "leader" && member.state !== "streaming")
      .map((member) => `${member.name} is ${member.state}, not streaming`),
    ...members
      .filter((member) => member.timeline !== null && leader?.timeline !== undefined)
      .filter((member) => member.timeline !== leader?.timeline)
      .map((member) => `${member.name} is on timeline ${member.timeline}, not ${leader?.timeline}`),
    ...(paused ? ["Patroni is paused: no failover would happen"] : []),
  ]
}

/** One line for each member that does not run with git's settings yet: it stops neither a deploy nor a switchover. */
export function pendingRestarts({ members }: Cluster): string[] {
  return members
    .filter(({ waitsForRestart }) => waitsForRestart)
    .map(
      ({ name }) => `${name} runs with older settings until it restarts (PostgresPendingRestart)`,
    )
}

/** From whom to whom a planned switchover goes. */
export interface Switch {
  leader: Member
  candidate: Member
}

/**
 * Chooses the candidate: the named one, or the replica that is least behind.
 * Throws a Failure that lists what forbids a switchover now.
 */
export function planSwitchover(cluster: Cluster, expected: string[], wanted?: string): Switch {
  const faults = clusterFaults(cluster, expected)
  const leader = leaderOf(cluster)
  if (leader === undefined || faults.length > 0) {
    throw new Failure(`no switchover now: ${faults.join("; ")}.`)
  }
  const replicas = cluster.members
    .filter((member) => member !== leader)
    .sort((a, b) => known(a.lagBytes) - known(b.lagBytes))
  const candidate =
    wanted === undefined ? replicas[0] : replicas.find((member) => member.name === wanted)
  if (candidate === undefined) {
    const names = replicas.map((member) => member.name).join(", ")
    throw new Failure(`"${wanted}" is no replica; there is ${names || "none"}.`)
  }
  if (known(candidate.lagBytes) > mostLagBytes) {
    throw new Failure(
      `${candidate.name} is ${candidate.lagBytes ?? "an unknown number of"} bytes behind, more than ${mostLagBytes}; wait, or name another replica.`,
    )
  }
  return { leader, candidate }
}

function known(lagBytes: number | null): number {
  return lagBytes ?? Number.POSITIVE_INFINITY
}
