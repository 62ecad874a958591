import { waitFor } from "../../io/clock.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { atMost } from "../report.ts"
import { type Door, type Login, letsIn, loginOf, restLetsIn } from "./logins.ts"
import { awaitDatabase, memberNames, sqlIn } from "./members.ts"
import { measuredRotations, type Rotation, rotateUnderClients } from "./under-rotation.ts"

/** Longer than an apply that replaces every task of the app. */
const longestSeconds = 600

/** A secret of the database that `rotate` changes. */
interface Subject {
  secret: string
  /** Where PostgreSQL lets the login in; without it is the one of every member's REST API. */
  door?: Door
  /** There is one login of this name: the password before ends at once. */
  alone?: string
}

const subjects: Subject[] = [
  { secret: "postgres_app_password", door: { from: "app", database: "shop" } },
  { secret: "postgres_readonly_password", door: { from: "app", database: "shop" } },
  { secret: "pgbouncer_auth_password", door: { from: "app", database: "shop" } },
  {
    secret: "postgres_replication_password",
    door: { from: "database", database: "postgres", replication: true },
  },
  { secret: "postgres_rewind_password", door: { from: "database", database: "postgres" } },
  { secret: "postgres_monitor_password", door: { from: "manager", database: "postgres" } },
  {
    secret: "postgres_superuser_password",
    door: { from: "database", database: "postgres" },
    alone: "postgres",
  },
  { secret: "patroni_rest_password", alone: "patroni" },
]

interface Rotated extends Rotation {
  /** Logins that were let in and should not have been, or the other way round. */
  wrong: string[]
}

/** Every password of the database changes under writes, reads and visitors. */
export const credentialRotation: Drill = {
  name: "credential-rotation",
  environment: "local-data",
  summary:
    "rotate each password of the database twice (in npm run test:data the app's, others once)",
  run: async (context) => {
    const rotations: Rotated[] = []
    for (const subject of subjects) {
      const times = context.thorough || subject === subjects[0] ? 2 : 1
      const logins = [current(context, subject)]
      for (let time = 0; time < times; time += 1) {
        rotations.push(await rotate(context, subject, logins))
      }
    }
    const wrong = rotations.flatMap((rotation) => rotation.wrong)
    return measuredRotations(rotations, [
      atMost("logins let in or refused wrongly", wrong.length, 0),
    ])
  },
}

/** Rotates once; `logins` are those there were, the latest first, and gets the new one. */
async function rotate(context: DrillContext, subject: Subject, logins: Login[]): Promise<Rotated> {
  const rotation = await rotateUnderClients(context, subject.secret, { longestSeconds })
  const primary = await awaitDatabase(context)
  logins.unshift(current(context, subject))
  const wrong = await judge(context, primary, subject, logins)
  if (subject.door?.replication === true) {
    wrong.push(...(await staleReplicas(context, primary, logins)))
  }
  context.report(
    `${subject.secret} rotated in ${rotation.seconds} s; ${wrong.join(", ") || "logins as they should"}`,
  )
  return { ...rotation, wrong }
}

function current(context: DrillContext, { secret, alone }: Subject): Login {
  if (alone === undefined) return loginOf(context, secret)
  return { user: alone, password: context.state.read("secrets", secret)?.trim() ?? "" }
}

/** The newest is let in, the one before as long as it may, and none before that. */
async function judge(
  context: DrillContext,
  primary: string,
  { door, alone }: Subject,
  logins: Login[],
): Promise<string[]> {
  const wrong: string[] = []
  for (const [age, login] of logins.entries()) {
    const wanted = age === 0 || (age === 1 && alone === undefined)
    const answers =
      door === undefined
        ? memberNames(context).map((member) => restLetsIn(context, member, login))
        : [letsIn(context, primary, login, door)]
    for (const found of await Promise.all(answers)) {
      if (found !== wanted)
        wrong.push(`${login.user} ${wanted ? "refused" : "let in"} at age ${age}`)
    }
  }
  return wrong
}

/** A complaint when replicas still stream with the old login; Patroni changes it in its next loop. */
async function staleReplicas(
  context: DrillContext,
  primary: string,
  [login]: Login[],
): Promise<string[]> {
  const count = `select count(*) from pg_stat_replication where usename = '${login?.user}'`
  const options = { deadlineSeconds: 30, intervalMs: 1000 }
  return waitFor("replicas to use the new login", options, async () =>
    (await sqlIn(context, primary, count)) === "2" ? [] : undefined,
  ).catch(() => ["replicas do not use the new login"])
}
