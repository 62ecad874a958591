import { readFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { hostsOf } from "../../deploy/fleet-file.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { distribution } from "../outage.ts"
import { atMost } from "../report.ts"
import { besideApp } from "./beside-app.ts"
import { loginOf } from "./logins.ts"
import { awaitDatabase } from "./members.ts"
import { clientHost } from "./under-probe.ts"

const clients = 50
const roundSeconds = 15
const rounds = 5
/** Of what the primary gives directly, in percent. */
const leastShare = 85
const idleClients = 2000

/** What the way through PgBouncer and HAProxy costs. */
export const poolingOverhead: Drill = {
  name: "pooling-overhead",
  environment: "local-data",
  summary: "pgbench with 50 clients: through PgBouncer and HAProxy against straight at the primary",
  onlyThorough: true,
  run: async (context) => {
    const primary = await awaitDatabase(context)
    const address = hostsOf(context.fleet, "database").find(({ name }) => name === primary)
    const pooled = "--host=/run/database --port=6432 app_rw"
    const direct = `--host=${address?.privateAddress} --port=5432 shop`
    await pgbench(context, `--initialize --scale=10 --quiet ${pooled}`)
    const run = `--client=${clients} --jobs=2 --time=${roundSeconds} --no-vacuum`
    const tps = { pooled: [] as number[], direct: [] as number[] }
    const ways = [
      ["direct", direct],
      ["pooled", pooled],
    ] as const
    for (let round = 0; round < rounds; round += 1) {
      // Checkpoints come every so often: neither way shall be the one that always meets them.
      for (const [way, where] of round % 2 === 0 ? ways : ways.toReversed()) {
        tps[way].push(tpsOf(await pgbench(context, `${run} ${where}`)))
      }
      context.report(
        `direct ${tps.direct.at(-1)}, pooled ${tps.pooled.at(-1)} transactions a second`,
      )
    }
    const share = (distribution(tps.pooled).median / distribution(tps.direct).median) * 100
    return {
      parameters: { clients, roundSeconds, rounds, scale: 10, script: "TPC-B (sort of)" },
      samples: tps.pooled,
      unit: "transactions/s through the pooler",
      bounds: [
        atMost(
          "throughput that pooling costs, in percent",
          Math.round(100 - share),
          100 - leastShare,
        ),
      ],
      details: tps,
    }
  },
}

/** Thousands of clients, most of them idle, are PgBouncer's to hold, not PostgreSQL's. */
export const manyClients: Drill = {
  name: "many-clients",
  environment: "local-data",
  summary: "2,000 idle clients of one PgBouncer: no more server connections than its pool has",
  run: async (context) => {
    await awaitDatabase(context)
    const image = context.fleet.images.shop ?? ""
    const program = readFileSync(join(import.meta.dirname, "idle-clients.js"), "utf8")
    const child = besideApp(context, clientHost, image, [
      "node",
      "--input-type=module",
      "--eval",
      program,
    ])
    const settings = { count: idleClients, login: loginOf(context, "postgres_app_password") }
    child.stdin.end(`${JSON.stringify(settings)}\n`)
    const [printed, said] = await Promise.all([text(child.stdout), text(child.stderr)])
    if (printed === "") throw new Failure(`the idle clients said: ${said}`)
    const { held, servers } = JSON.parse(printed)
    return {
      parameters: { idleClients },
      samples: [servers],
      unit: "server connections",
      bounds: [
        atMost("clients that were refused", idleClients - held, 0),
        atMost(
          "server connections of the PgBouncer that holds them",
          servers,
          configuredServers(context),
        ),
      ],
    }
  },
}

/** Server connections that the PgBouncer of one app host may open for writes. */
function configuredServers({ repository, fleet }: DrillContext): number {
  const file = join(repository, "stacks", fleet.environment, "configs/pgbouncer/pgbouncer.ini")
  const pool = /^app_rw .*pool_size=(\d+)/m.exec(readFileSync(file, "utf8"))?.[1]
  return Number(pool)
}

function tpsOf(printed: string): number {
  const tps = /^tps = ([\d.]+)/m.exec(printed)?.[1]
  if (tps === undefined) throw new Failure(`pgbench said: ${printed}`)
  return Math.round(Number(tps))
}

/** pgbench as the app, from an app host. */
async function pgbench(context: DrillContext, options: string): Promise<string> {
  const { user, password } = loginOf(context, "postgres_app_password")
  const script = `umask 077; read -r password; printf '*:*:*:*:%s\\n' "$password" > /tmp/pgpass
    PGPASSFILE=/tmp/pgpass exec /usr/lib/postgresql/17/bin/pgbench --username=${user} ${options} 2>&1`
  const image = context.fleet.images.postgres ?? ""
  const child = besideApp(context, clientHost, image, ["sh", "-c", script])
  child.stdin.end(`${password}\n`)
  return text(child.stdout)
}
