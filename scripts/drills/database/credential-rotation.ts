import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy } from "../fleet-access.ts"
import type { LoadSummary } from "../outage.ts"
import { atMost, type Measured } from "../report.ts"
import { underLoad } from "../under-load.ts"
import { type Door, type Login, letsIn, loginOf } from "./logins.ts"
import { awaitDatabase, rotateSecret, sqlIn } from "./members.ts"
import { alwaysBounds, type Experience, sum, underProbe } from "./under-probe.ts"

/** Longer than an apply that replaces every task of the app. */
const longestSeconds = 600

/**
 * What this box carries while it replaces tasks: at 100 requests a second the machine's two
 * processors were busy with nothing but waiting processes, and answers took 7 s.
 */
const ratePerSecond = 20

/** A secret of the database that `rotate` changes. */
interface Subject {
  secret: string
  door: Door
  /** The superuser has one login: the password before ends at once, where nobody uses it. */
  alone?: true
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
    alone: true,
  },
]

interface Rotated {
  secret: string
  seconds: number
  experience: Experience
  load: LoadSummary
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
    return measured(rotations)
  },
}

/** Rotates once; `logins` are those there were, the latest first, and gets the new one. */
async function rotate(context: DrillContext, subject: Subject, logins: Login[]): Promise<Rotated> {
  const { secret } = subject
  await awaitHealthy(context)
  const primary = await awaitDatabase(context)
  let load: LoadSummary | undefined
  let seconds = 0
  const experience = await underProbe(context, async () => {
    const command = async () => {
      seconds = await rotateSecret(context, secret)
    }
    load = await underLoad(context, command, { seconds: longestSeconds, rate: ratePerSecond })
    return undefined
  })
  if (load === undefined) throw new Failure("there was no load")
  logins.unshift(current(context, subject))
  const wrong = await judge(context, primary, subject, logins)
  if (subject.door.replication === true) {
    wrong.push(...(await staleReplicas(context, primary, logins)))
  }
  context.report(
    `${secret} rotated in ${seconds} s; ${wrong.join(", ") || "logins as they should"}`,
  )
  return { secret, seconds, experience, load, wrong }
}

function current(context: DrillContext, { secret, alone }: Subject): Login {
  if (alone !== true) return loginOf(context, secret)
  return { user: "postgres", password: context.state.read("secrets", secret)?.trim() ?? "" }
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
    const wanted = age === 0 || (age === 1 && alone !== true)
    const found = await letsIn(context, primary, login, door)
    if (found !== wanted) wrong.push(`${login.user} ${wanted ? "refused" : "let in"} at age ${age}`)
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

function measured(rotations: Rotated[]): Measured {
  const experiences = rotations.map(({ experience }) => experience)
  const wrong = rotations.flatMap((rotation) => rotation.wrong)
  return {
    parameters: { statementsPerSecond: 10, ratePerSecond, rotations: rotations.length },
    samples: rotations.map(({ seconds }) => seconds),
    unit: "s for a rotation",
    bounds: [
      atMost("failed writes", sum(experiences.map(({ write }) => write.failed)), 0),
      atMost("failed reads", sum(experiences.map(({ read }) => read.failed)), 0),
      atMost("acknowledged writes that were lost", sum(experiences.map(({ lost }) => lost)), 0),
      atMost("failed requests of visitors", sum(rotations.map(({ load }) => load.failed)), 0),
      atMost("logins let in or refused wrongly", wrong.length, 0),
      ...alwaysBounds(experiences),
    ],
    details: rotations,
  }
}
