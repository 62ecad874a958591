import { hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import { knownNamingKey, localSecrets, resolveSecrets } from "../../secrets/source.ts"
import type { DrillContext } from "../drill.ts"
import { hostContainer, inContainer, taskContainer } from "../fleet-access.ts"

/** Who logs in to the database, and with what. */
export interface Login {
  user: string
  password: string
}

/** The login that a role's secret names, as consumers are given it now. */
export function loginOf({ repository, fleet, state }: DrillContext, secret: string): Login {
  const wanted = { secrets: [secret], credentials: fleet.credentials }
  const [resolved] = resolveSecrets(wanted, localSecrets(repository, state), knownNamingKey(state))
  const [user = "", ...password] = (resolved?.value ?? "").split(":")
  return { user, password: password.join(":") }
}

/** From where, and into which database, a login is allowed (`generators/patroni/access.ts`). */
export interface Door {
  from: "app" | "database" | "manager"
  database: string
  replication?: true
}

const refusals = /password authentication failed|no pg_hba.conf entry|is not permitted to log in/

/** Whether a member lets somebody in. Throws a Failure when it could not be asked. */
export async function letsIn(
  context: DrillContext,
  member: string,
  { user, password }: Login,
  { from, database, replication }: Door,
): Promise<boolean> {
  const address = hostsOf(context.fleet, "database").find(({ name }) => name === member)
  const host = hostsOf(context.fleet, from)[0]?.name ?? ""
  const way = [
    `host=${address?.privateAddress} port=5432 dbname=${database} user=${user}`,
    `sslmode=require connect_timeout=5${replication === true ? " replication=true" : ""}`,
  ].join(" ")
  const script = `umask 077; cat > /tmp/pgpass; PGPASSFILE=/tmp/pgpass exec psql -X -c '\\q' '${way}'`
  const inside = ["--network", "host", "--entrypoint", "sh", context.fleet.images.pgbouncer ?? ""]
  const { exitCode, stderr } = await run(
    ["docker", "exec", "--interactive", hostContainer(context, host)].concat(
      ["docker", "run", "--rm", "--interactive", ...inside],
      ["-c", script],
    ),
    { input: `*:*:*:*:${password}\n`, allowFailure: true },
  )
  if (exitCode === 0) return true
  if (refusals.test(stderr)) return false
  throw new Failure(`${host} could not ask ${member}: ${stderr.trim()}`)
}

/** A change, for which Patroni wants a login, of what is so already: nobody has paused it. */
const changeNothing = ["--request", "PATCH", "--data", JSON.stringify({ pause: null })]

/** Whether Patroni of a member takes a change from somebody. Throws a Failure when it could not be asked. */
export async function restLetsIn(
  context: DrillContext,
  member: string,
  { user, password }: Login,
): Promise<boolean> {
  const address = hostsOf(context.fleet, "database").find(({ name }) => name === member)
  const id = await taskContainer(context, member, memberService("patroni", member))
  const common = [
    "--silent",
    "--show-error",
    "--max-time",
    "5",
    "--config",
    "/run/patroni/curl.conf",
  ]
  // The later of two users counts.
  const answer = ["--config", "-", "--output", "/dev/null", "--write-out", "%{http_code}"]
  const url = `https://${address?.privateAddress}:8008/config`
  const { stdout, stderr } = await inContainer(
    context,
    member,
    id,
    ["curl", ...common, ...answer, ...changeNothing, url],
    { input: `user = "${user}:${password}"\n` },
  )
  if (stdout === "200") return true
  if (stdout === "401") return false
  throw new Failure(`Patroni of ${member} could not be asked: ${stdout} ${stderr.trim()}`)
}
