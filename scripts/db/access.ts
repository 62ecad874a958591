import { PassThrough } from "node:stream"
import { type FleetFile, hostsOf } from "../deploy/fleet-file.ts"
import { stackName } from "../deploy/swarm-types.ts"
import { Failure } from "../io/failure.ts"
import { connectionLost, type ExecOptions, type Remote } from "../io/ssh.ts"
import { type Cluster, parseCluster, type Switch } from "./cluster.ts"
import { type DataDisk, parseDataDisk } from "./data-disk.ts"
import { type Pool, parsePools } from "./pools.ts"

/** Why an app host did not say that its queries wait. */
export interface Unheld {
  why: string
  /** Its answer was lost, so that they may wait all the same. */
  mayWait: boolean
}

/** What `db` does to a live fleet; every method is one command on hosts, over SSH. */
export interface DatabaseAccess {
  /** Names of the database hosts. */
  members: string[]
  /** Names of the app hosts. */
  poolers: string[]
  /** The cluster as the first member that answers sees it. */
  cluster(): Promise<Cluster>
  /** Client transactions on a member that are older than some seconds. */
  longTransactions(member: string, seconds: number): Promise<number>
  checkpoint(member: string): Promise<void>
  /** Makes everything ready for a switchover, which `begin` then does, or `cancel` gives up. */
  prepareSwitchover(change: Switch): { begin(): Promise<void>; cancel(): void }
  /**
   * Makes the app host's queries wait, on both routes, until `member` is the primary
   * there; from then on the host itself sees to it that they go on. Returns undefined when they wait. All
   * other hosts' queries wait for the answer, so it comes within seconds.
   */
  hold(host: string, member: string): Promise<Unheld | undefined>
  /** Ends a hold at once; harmless without one. */
  release(host: string): Promise<void>
  /** Waits for the end of a hold; how long it was, or undefined when the primary did not come. */
  held(host: string): Promise<number | undefined>
  /** The pools of an app host's PgBouncer; undefined when it does not answer. */
  pools(host: string): Promise<Pool[] | undefined>
  /** Why a member's Patroni does not answer its own host; undefined when it does. */
  silence(member: string): Promise<string | undefined>
  /** Logins whose password, as it was delivered, the member would refuse; undefined when it cannot be asked. */
  refusedLogins(member: string): Promise<string[] | undefined>
  /** The file system of a member's data; undefined when its container does not answer. */
  dataDisk(member: string): Promise<DataDisk | undefined>
}

/** Longer than transactions may take to end (pgbouncer-guard). */
const holdAnswerSeconds = 8
/** A host that is well answers within a second. */
const poolsAnswerSeconds = 20

const curl = "curl --silent --show-error --max-time 60 --config /run/patroni/curl.conf"

/** The data tier of a fleet, reached through the bastion. */
export function openDatabase(fleet: FleetFile, remote: Remote): DatabaseAccess {
  const databases = hostsOf(fleet, "database")
  const members = databases.map((host) => host.name)
  const poolers = hostsOf(fleet, "app").map((host) => host.name)
  const inService = (host: string, service: string, command: string, options: ExecOptions = {}) =>
    remote.exec(
      host,
      [
        `id=$(docker ps --quiet --filter label=com.docker.swarm.service.name=${stackName}_${service} | head -n 1)`,
        `[ -n "$id" ] || { echo "no container of ${service} runs" >&2; exit 1; }`,
        `docker exec --interactive "$id" ${command}`,
      ].join("; "),
      { timeoutSeconds: 90, ...options },
    )
  const inMember = (name: string, command: string, options: ExecOptions = {}) =>
    inService(name, `patroni-${name.split("-").at(-1)}`, command, options)
  const guard = (host: string, action: string, options: ExecOptions = {}) =>
    inService(host, "pgbouncer", `/usr/local/libexec/pgbouncer-guard ${action}`, {
      allowFailure: true,
      ...options,
    })
  const asPostgres = "setpriv --reuid=postgres --regid=postgres --init-groups"
  const onLeader = (name: string, sql: string) =>
    inMember(name, `${asPostgres} psql -qAtc "${sql}"`)
  const restApi = (name: string) =>
    `https://${databases.find((host) => host.name === name)?.privateAddress}:8008`
  return {
    members,
    poolers,
    cluster: async () => {
      const faults: string[] = []
      for (const { name, privateAddress } of databases) {
        const asked = await inMember(name, `${curl} https://${privateAddress}:8008/cluster`, {
          allowFailure: true,
          repeatable: true,
        })
        if (asked.exitCode === 0) return parseCluster(asked.stdout)
        faults.push(`${name}: ${asked.stderr.trim() || "no answer"}`)
      }
      throw new Failure(`no database member answers:\n  ${faults.join("\n  ")}`)
    },
    longTransactions: async (member, seconds) => {
      const sql = `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND xact_start < now() - interval '${seconds} s'`
      return Number((await onLeader(member, sql)).stdout.trim())
    },
    checkpoint: async (member) => {
      await onLeader(member, "CHECKPOINT")
    },
    prepareSwitchover: ({ leader, candidate }) => {
      const body = JSON.stringify({ leader: leader.name, candidate: candidate.name })
      const url = `https://${leader.host}:8008/switchover`
      const post = `${curl} --fail-with-body --output /dev/stderr --request POST --data @- ${url}`
      // Waits for the word, so that no query waits for SSH and Docker; without one it ends.
      const input = new PassThrough()
      const done = inMember(leader.name, `sh -c 'read -r body && echo "$body" | ${post}'`, {
        input,
      })
      done.catch(() => {})
      return {
        begin: async () => {
          input.end(`${body}\n`)
          await done
        },
        cancel: () => input.end(),
      }
    },
    hold: async (host, member) => {
      const address = databases.find(({ name }) => name === member)?.privateAddress
      const answer = await guard(host, `hold ${member} ${address}`, {
        timeoutSeconds: holdAnswerSeconds,
      })
      if (answer.exitCode === 0) return undefined
      const mayWait = connectionLost(answer)
      const silence = mayWait
        ? `no answer within ${holdAnswerSeconds} s`
        : "PgBouncer does not answer"
      return { why: answer.stderr.trim() || silence, mayWait }
    },
    release: async (host) => {
      await guard(host, "release")
    },
    pools: async (host) => {
      const show = `/usr/local/libexec/pgbouncer-console --header 'SHOW POOLS' 'SHOW DATABASES'`
      const { exitCode, stdout } = await inService(host, "pgbouncer", show, {
        allowFailure: true,
        timeoutSeconds: poolsAnswerSeconds,
      })
      return exitCode === 0 ? parsePools(stdout) : undefined
    },
    silence: async (member) => {
      const ask = `${curl} --fail --max-time 5 --output /dev/null ${restApi(member)}/liveness`
      const { exitCode, stderr } = await inMember(member, ask, { allowFailure: true })
      if (exitCode === 0) return undefined
      return stderr.trim().split("\n")[0] || "no answer"
    },
    refusedLogins: async (member) => {
      const check = `${asPostgres} /usr/local/libexec/check-logins`
      const { exitCode, stdout } = await inMember(member, check, { allowFailure: true })
      return exitCode === 0 ? stdout.split("\n").filter(Boolean) : undefined
    },
    dataDisk: async (member) => {
      const df = "df --block-size=1 --output=size,avail /var/lib/postgresql"
      const { exitCode, stdout } = await inMember(member, df, { allowFailure: true })
      return exitCode === 0 ? parseDataDisk(stdout) : undefined
    },
    held: async (host) => {
      const { exitCode, stdout } = await guard(host, "wait")
      return exitCode === 0 ? Number(stdout.trim().split(" ")[1]) : undefined
    },
  }
}
