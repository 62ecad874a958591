import { type FleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import { Failure, messageOf } from "../io/failure.ts"
import { HostKeyChanged, type Remote } from "../io/ssh.ts"
import { followScript, type LogQuery, readScript } from "./host-script.ts"
import { type LogLine, merge, parseLine } from "./line.ts"

/** What the fleet's hosts have of the logs that were asked for. */
export interface Answer {
  /** In the order of their times. */
  lines: LogLine[]
  /** There are older ones that were not asked for. */
  cut: boolean
  /** Hosts whose logs are missing here, with the reason. */
  unasked: { host: string; reason: string }[]
}

/** A host that has not answered by then is one whose Docker hangs. */
const timeoutSeconds = 60

/**
 * Asks the engine of every host for the containers' logs, all at once. Throws a Failure when
 * no host answers, and at once when a host key is not the pinned one.
 */
export async function askHosts(fleet: FleetFile, remote: Remote, query: LogQuery): Promise<Answer> {
  // One more than wanted tells whether there are older ones.
  const command = readScript({ ...query, lines: query.lines + 1 })
  const hosts = hostsAsked(fleet, query)
  const answers = await Promise.all(
    hosts.map(async (host) => {
      try {
        const { stdout } = await remote.exec(host, command, { timeoutSeconds, repeatable: true })
        return { host, lines: linesOf(host, stdout) }
      } catch (error) {
        return { host, reason: reasonOf(host, error) }
      }
    }),
  )
  const unasked = answers.flatMap(({ host, reason }) =>
    reason === undefined ? [] : [{ host, reason }],
  )
  if (unasked.length === hosts.length) throw nobodyAnswers(fleet, unasked)
  const found = answers.flatMap((answer) => answer.lines ?? []).filter(contains(query.grep))
  return { lines: merge(found, query.lines), cut: found.length > query.lines, unasked }
}

/** Where lines that are written from now on go, and hosts that cannot be followed, or no longer. */
export interface Follower {
  line(line: LogLine): void
  unasked(host: string, reason: string): void
}

/**
 * Follows the logs on every host until `signal` ends it. Throws a Failure when no host can be
 * followed, at once when a host key is not the pinned one.
 */
export async function followHosts(
  fleet: FleetFile,
  remote: Remote,
  query: LogQuery,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  const command = followScript(query)
  const wanted = contains(query.grep)
  const unasked: Answer["unasked"] = []
  const hosts = hostsAsked(fleet, query)
  const followed = hosts.map(async (host) => {
    const onLine = (text: string) => {
      const line = parseLine(host, text)
      if (line !== undefined && wanted(line)) follower.line(line)
    }
    try {
      const { stderr } = await remote.follow(host, command, onLine, signal)
      if (signal.aborted) return
      throw new Failure(stderr.trim() || "the connection ended")
    } catch (error) {
      const reason = reasonOf(host, error)
      unasked.push({ host, reason })
      follower.unasked(host, reason)
    }
  })
  await Promise.all(followed)
  if (!signal.aborted) throw nobodyAnswers(fleet, unasked)
}

function hostsAsked(fleet: FleetFile, { host }: LogQuery): string[] {
  return host === undefined ? swarmHosts(fleet).map(({ name }) => name) : [host]
}

/** By the text alone: the host's grep saw the time as well. */
function contains(text: string | undefined) {
  return (line: LogLine) => text === undefined || line.text.includes(text)
}

function linesOf(host: string, output: string): LogLine[] {
  return output.split("\n").flatMap((line) => parseLine(host, line) ?? [])
}

/** Throws what is no matter of one host. */
function reasonOf(host: string, error: unknown): string {
  if (error instanceof HostKeyChanged || !(error instanceof Failure)) throw error
  const [first = ""] = messageOf(error).split("\n")
  return first.replace(`${host}: `, "") || `no answer within ${timeoutSeconds} s`
}

function nobodyAnswers({ environment }: FleetFile, unasked: Answer["unasked"]): Failure {
  const reasons = unasked.map(({ host, reason }) => `  ${host}: ${reason}`).join("\n")
  return new Failure(
    `no host of ${environment} could be asked:\n${reasons}\nIf the fleet is not up: npx quickcart up ${environment}`,
  )
}
