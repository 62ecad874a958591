// Clients of the database, run on an app host in the shop's image (Node 20, `pg`).
//
// Every `everyMs` three kinds of statements, each kind on its own way:
//   write   an order id through PgBouncer: acknowledged ones are the ledger
//   read    through PgBouncer's read route
//   direct  an insert straight at every member: whoever takes it believes to be the primary
// Settings are the first line of standard input; the probe ends when that closes, or after
// `seconds`, and prints one JSON object: see `ProbeResult`.
import { randomUUID } from "node:crypto"
import { createInterface } from "node:readline"
import pg from "pg"

const input = createInterface({ input: process.stdin })
const line = await new Promise((resolve) => input.once("line", resolve))
const { everyMs, seconds, members, logins, patienceMs } = JSON.parse(line)
let ending = false
input.once("close", () => {
  ending = true
})
setTimeout(() => {
  ending = true
}, seconds * 1000)

const pooled = (route, patience) => {
  const pool = new pg.Pool({
    host: "/run/database",
    port: 6432,
    ...logins[route],
    database: route,
    max: 100,
    connectionTimeoutMillis: patience,
    query_timeout: patience,
  })
  pool.on("error", () => {})
  return pool
}
const writes = pooled("app_rw", patienceMs)
const reads = pooled("app_ro", patienceMs)

await persist(() =>
  writes.query(
    "create table if not exists drill_ledger (id text primary key, at timestamptz not null default now())",
  ),
)
await persist(() => reads.query("select 1 from drill_ledger limit 1"))

const result = { write: [], read: [], direct: {}, lost: [] }
const open = new Set()
const acknowledged = []

/** Begins one try each `everyMs`, whatever the last one does. */
function pace(rows, attempt) {
  const timer = setInterval(() => {
    if (ending) return clearInterval(timer)
    const start = Date.now()
    const job = attempt()
      .then((value) => rows.push([start, Date.now() - start, "", value ?? null]))
      .catch((error) => rows.push([start, Date.now() - start, reason(error), null]))
      .finally(() => open.delete(job))
    open.add(job)
  }, everyMs)
}

pace(result.write, async () => {
  const id = randomUUID()
  await writes.query("insert into drill_ledger (id) values ($1)", [id])
  acknowledged.push(id)
})
pace(result.read, async () => void (await reads.query("select 1 from drill_ledger limit 1")))
for (const member of members) watchMember(member)

/** One at a time: a member that hangs is asked again when it answered or was given up. */
async function watchMember({ name, address }) {
  const rows = []
  result.direct[name] = rows
  let client
  while (!ending) {
    const start = Date.now()
    try {
      client ??= await connect(address)
      const { rows: answer } = await client.query(
        "insert into drill_ledger (id) values ($1) returning substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) as timeline",
        [`direct ${randomUUID()}`],
      )
      rows.push([start, Date.now() - start, "", Number.parseInt(answer[0].timeline, 16)])
    } catch (error) {
      rows.push([start, Date.now() - start, reason(error), null])
      // A replica's refusal leaves the connection as good as it was.
      if (error.code !== "25006") {
        client?.end().catch(() => {})
        client = undefined
      }
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + everyMs - Date.now())))
  }
  client?.end().catch(() => {})
}

async function connect(address) {
  const client = new pg.Client({
    host: address,
    port: 5432,
    ...logins.app_rw,
    database: "shop",
    ssl: { rejectUnauthorized: false },
    connectionTimeoutMillis: 1000,
    query_timeout: 1000,
  })
  client.on("error", () => {})
  await client.connect()
  return client
}

function reason(error) {
  return `${error.code ?? ""} ${error.message}`.trim().slice(0, 120)
}

/** Again while it fails, for a minute. */
async function persist(work) {
  const end = Date.now() + 60_000
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

process.stderr.write("started\n")
while (!ending) await new Promise((resolve) => setTimeout(resolve, 50))
await Promise.allSettled([...open])
const { rows } = await persist(() => writes.query("select id from drill_ledger"))
const kept = new Set(rows.map(({ id }) => id))
result.lost = acknowledged.filter((id) => !kept.has(id))
process.stdout.write(JSON.stringify(result), () => process.exit(0))
