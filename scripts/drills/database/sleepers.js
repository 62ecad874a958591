// Takes server connections of PgBouncer on this host and keeps them busy: `count` clients sleep in
// the database for `seconds` each (Node 20, `pg`). Prints how many got their answer.
import { createInterface } from "node:readline"
import pg from "pg"

const input = createInterface({ input: process.stdin })
const line = await new Promise((resolve) => input.once("line", resolve))
const { count, seconds, login } = JSON.parse(line)

async function sleep() {
  const route = { host: "/run/database", port: 6432, database: "app_rw" }
  const client = new pg.Client({ ...route, ...login })
  client.on("error", () => {})
  await client.connect()
  await client.query("select pg_sleep($1)", [seconds])
  await client.end()
}

const ended = Array.from({ length: count }, sleep)
process.stderr.write("started\n")
const results = await Promise.allSettled(ended)
const answered = results.filter(({ status }) => status === "fulfilled").length
process.stdout.write(String(answered), () => process.exit(0))
