// Opens many clients of PgBouncer on this host, has each ask once, and prints as JSON how many
// were held and how many server connections PgBouncer has for them while all of them are idle: those
// that the database sees come from this host (Node 20, `pg`).
import { createInterface } from "node:readline"
import pg from "pg"

const input = createInterface({ input: process.stdin })
const line = await new Promise((resolve) => input.once("line", resolve))
const { count, login } = JSON.parse(line)
const atOnce = 50

async function open() {
  const route = { host: "/run/database", port: 6432, database: "app_rw" }
  const client = new pg.Client({ ...route, ...login })
  client.on("error", () => {})
  await client.connect()
  await client.query("select 1")
  return client
}

const held = []
for (let left = count; left > 0; left -= atOnce) {
  const some = Array.from({ length: Math.min(atOnce, left) }, open)
  for (const one of await Promise.allSettled(some)) {
    if (one.status === "fulfilled") held.push(one.value)
  }
}
// Addresses are shown to the login itself, not to the role that it acts as.
const answers = await held[0].query(
  "begin; set local role none; select count(*)::int as servers from pg_stat_activity where usename = session_user and client_addr = inet_client_addr(); commit",
)
const { rows } = answers.find(({ command }) => command === "SELECT")
process.stdout.write(JSON.stringify({ held: held.length, servers: rows[0].servers }))
process.exit(0)
