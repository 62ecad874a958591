/** One change of the schema: a file of `migrations/`. */
export interface Migration {
  /** File name without `.sql`; the order of the names is the order of the changes. */
  name: string
  sql: string
}

/** What a migration needs of a connection; the same connection for all of them. */
export interface Session {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
}

/** Any number, but always the same: two runs that want it wait for each other. */
const lock = 7_345_126

/**
 * Applies what is not applied yet, each file and its record in one transaction, and
 * returns the names. A second run at the same time waits, then finds nothing to do.
 * The lock is taken in each transaction, because a pooler may give every transaction
 * another connection. Migrations of a later release are left alone: an older one has to
 * work with them, or a revert would not be a way back.
 */
export async function migrate(session: Session, migrations: Migration[]): Promise<string[]> {
  const applied: string[] = []
  await inTransaction(session, async () => {
    await session.query(
      "create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())",
    )
  })
  for (const { name, sql } of migrations.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    await inTransaction(session, async () => {
      const known = await appliedNames(session)
      if (known.includes(name)) return
      await session.query(sql)
      await session.query("insert into migrations (name) values ($1)", [name])
      applied.push(name)
    })
  }
  return applied
}

async function inTransaction(session: Session, work: () => Promise<void>): Promise<void> {
  await session.query("begin")
  try {
    await session.query("select pg_advisory_xact_lock($1)", [lock])
    await work()
    await session.query("commit")
  } catch (error) {
    await session.query("rollback").catch(() => {})
    throw error
  }
}

async function appliedNames(session: Session): Promise<string[]> {
  const { rows } = await session.query("select name from migrations")
  return rows.map((row) => String(row.name))
}
