import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy, inContainer, inHost } from "../fleet-access.ts"
import { atMost } from "../report.ts"
import { awaitSpread } from "./redis-masters.ts"
import { measuredRotations, type Rotation, rotateUnderClients } from "./under-rotation.ts"

/** Longer than two applies that each replace all twelve members one at a time, and the app. */
const longestSeconds = 3600

/** Of both clusters, on each host that has them. */
const membersOfHost = 4

/** A user of Redis, and how often the password changes: the one before the last is refused after two. */
interface Subject {
  secret: string
  user: string
  times: number
}

const subjects: Subject[] = [
  { secret: "redis_app_password", user: "app", times: 2 },
  { secret: "redis_operator_password", user: "operator", times: 1 },
  { secret: "redis_replication_password", user: "replication", times: 1 },
  { secret: "redis_monitoring_password", user: "monitoring", times: 1 },
]

interface Rotated extends Rotation {
  /** Passwords that a member took and should not have, or the other way round. */
  wrong: string[]
}

/** Every password of Redis changes under carts, visitors, writes and reads. */
export const redisRotation: Drill = {
  name: "redis-rotation",
  environment: "local-data",
  summary: "rotate each password of Redis, the app's twice, under visitors who fill carts",
  onlyThorough: true,
  parts: subjects.map(({ user }) => user),
  run: async (context) => {
    const rotations: Rotated[] = []
    const only = context.only ?? []
    for (const subject of subjects) {
      if (only.length > 0 && !only.includes(subject.user)) continue
      const passwords = [current(context, subject)]
      for (let time = 0; time < subject.times; time += 1) {
        rotations.push(await rotate(context, subject, passwords))
      }
    }
    const wrong = rotations.flatMap((rotation) => rotation.wrong)
    return measuredRotations(rotations, [
      atMost("passwords taken or refused wrongly", wrong.length, 0),
    ])
  },
}

/** Rotates once; `passwords` are those there were, the latest first, and gets the new one. */
async function rotate(
  context: DrillContext,
  subject: Subject,
  passwords: string[],
): Promise<Rotated> {
  const options = { longestSeconds, carts: true } as const
  const rotation = await rotateUnderClients(context, subject.secret, options)
  passwords.unshift(current(context, subject))
  await awaitHealthy(context)
  await awaitSpread(context)
  const wrong = await judge(context, subject, passwords)
  context.report(
    `${subject.secret} rotated in ${rotation.seconds} s; ${wrong.join(", ") || "passwords as they should"}`,
  )
  return { ...rotation, wrong }
}

/** The one in use: the first line. */
function current({ state }: DrillContext, { secret }: Subject): string {
  return (state.read("secrets", secret) ?? "").split("\n")[0] ?? ""
}

/** Every member takes the newest and the one before, and none before that. */
async function judge(
  context: DrillContext,
  { user }: Subject,
  passwords: string[],
): Promise<string[]> {
  const wrong: string[] = []
  for (const { name } of hostsOf(context.fleet, "database")) {
    for (const member of await membersOn(context, name)) {
      for (const [age, password] of passwords.entries()) {
        if ((await takes(context, name, member, user, password)) === age <= 1) continue
        wrong.push(`${name}: ${user} ${age <= 1 ? "refused" : "let in"} at age ${age}`)
      }
    }
  }
  return wrong
}

/** Containers of both clusters' members on a host. */
async function membersOn(context: DrillContext, host: string): Promise<string[]> {
  const filter = `name=${stackName}_redis-(sessions|cache)-[0-9]`
  const { stdout } = await inHost(context, host, ["docker", "ps", "--quiet", "--filter", filter])
  const ids = stdout.split("\n").filter(Boolean)
  if (ids.length === membersOfHost) return ids
  throw new Failure(`${host} runs ${ids.length} members of Redis, not ${membersOfHost}`)
}

/** Whether a member takes a user's password. Throws a Failure when it could not be asked. */
async function takes(
  context: DrillContext,
  host: string,
  member: string,
  user: string,
  password: string,
): Promise<boolean> {
  const ask = [
    "IFS= read -r REDISCLI_AUTH; export REDISCLI_AUTH",
    `exec timeout 5 redis-cli -s /run/redis/redis.sock --user ${user} --no-auth-warning ping`,
  ].join("; ")
  const { stdout, stderr } = await inContainer(context, host, member, ["sh", "-c", ask], {
    input: `${password}\n`,
  })
  if (stdout.trim() === "PONG") return true
  const said = `${stdout}${stderr}`.trim()
  if (/WRONGPASS|NOAUTH/.test(said)) return false
  throw new Failure(`${host} could not ask its Redis: ${said}`)
}
