import { readFileSync } from "node:fs"
import { join } from "node:path"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Migration, migrate } from "../../images/shop/src/migrations.ts"
import { postgresOrders } from "../../images/shop/src/postgres-orders.ts"
import { localTag } from "../../scripts/images.ts"
import { waitFor } from "../../scripts/io/clock.ts"
import { run } from "../../scripts/io/command.ts"
import { dockerAnswers } from "./stack-in-container.ts"

const file = "0001-products-and-orders"
const first: Migration = {
  name: file,
  sql: readFileSync(join(import.meta.dirname, `../../images/shop/migrations/${file}.sql`), "utf8"),
}

const server = [
  "set -e; bin=/usr/lib/postgresql/17/bin",
  "install -d -o postgres /tmp/data /run/postgresql; cd /",
  'as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }',
  "as $bin/initdb --no-sync --auth=trust /tmp/data > /dev/null",
  "echo 'host all all all trust' >> /tmp/data/pg_hba.conf",
  // Not for ever, should nobody be left to end it.
  "exec timeout 300 setpriv --reuid=postgres --regid=postgres --init-groups $bin/postgres -D /tmp/data -c listen_addresses='*' -c fsync=off",
]

let container = ""
let pool: pg.Pool

describe.runIf(dockerAnswers())("the shop's tables in a real PostgreSQL", () => {
  beforeAll(async () => {
    const image = ["--entrypoint", "sh", localTag("postgres"), "-c", server.join("\n")]
    const started = await run(["docker", "run", "--detach", "--rm", "--pull", "never", ...image])
    container = started.stdout.trim()
    const address = await run([
      ...["docker", "inspect", container, "--format"],
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
    ])
    pool = new pg.Pool({ host: address.stdout.trim(), user: "postgres", database: "postgres" })
    pool.on("error", () => {})
    await waitFor("PostgreSQL to answer", { deadlineSeconds: 60 }, async () =>
      (await pool.query("select 1")).rowCount === 1 ? true : undefined,
    )
  })
  afterAll(async () => {
    await pool?.end()
    if (container !== "") await run(["docker", "rm", "--force", container])
  })

  const migrateWith = async (migrations: Migration[]) => {
    const client = await pool.connect()
    try {
      return await migrate(client, migrations)
    } finally {
      client.release()
    }
  }
  const names = async () =>
    (await pool.query("select name from migrations order by name")).rows.map(({ name }) => name)

  test("two releases that start at once migrate once, and a later one finds nothing to do", async () => {
    const both = await Promise.all([migrateWith([first]), migrateWith([first])])
    expect(both.flat()).toEqual([file])
    expect(await migrateWith([first])).toEqual([])
  })

  test("a migration that fails half way leaves nothing, and those before it", async () => {
    const good = { name: "0002-note", sql: "create table note (id int)" }
    const bad = { name: "0003-broken", sql: "create table half (id int); select 1 / 0" }
    await expect(migrateWith([bad, good])).rejects.toThrow("division by zero")
    expect(await names()).toEqual([file, "0002-note"])
    expect((await pool.query("select to_regclass('half') as found")).rows).toEqual([
      { found: null },
    ])
    // An older release, which does not know it, goes on with it.
    expect(await migrateWith([first])).toEqual([])
  })

  test("the same key is the same order, however many send it at once", async () => {
    const { rows } = await pool.query("select id, price_rupiah from products order by id limit 2")
    const [one, other] = rows
    const order = {
      idempotencyKey: "key-of-one-order",
      lines: [
        { productId: one.id, quantity: 2 },
        { productId: other.id, quantity: 1 },
      ],
    }
    const orders = postgresOrders(pool)
    const answers = await Promise.all(Array.from({ length: 20 }, () => orders.place(order)))
    const totalRupiah = 2 * Number(one.price_rupiah) + Number(other.price_rupiah)
    expect(new Set(answers.map(({ orderId }) => orderId)).size).toBe(1)
    expect(answers[0]?.totalRupiah).toBe(totalRupiah)
    const kept = await pool.query(
      "select quantity from order_lines join orders on order_id = orders.id where idempotency_key = $1 order by quantity",
      [order.idempotencyKey],
    )
    expect(kept.rows).toEqual([{ quantity: 1 }, { quantity: 2 }])
    expect(await orders.find(order.idempotencyKey)).toEqual(answers[0])
    expect(await orders.find("a key that nobody used")).toBeUndefined()
  })
})
