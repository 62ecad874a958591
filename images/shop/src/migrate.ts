import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { isTransient, openDatabase } from "./database.ts"
import { type Migration, migrate } from "./migrations.ts"
import { retrying } from "./retry.ts"
import { settingsFrom } from "./settings.ts"

// `node src/migrate.ts`: brings the database that the settings name up to this release.
// Exits 0 when there is nothing left to do, 1 with the reason otherwise.

/** A new fleet's database may still be on its way. */
const patience = { deadlineMs: 120_000, firstPauseMs: 500 }

try {
  const applied = await migrateDatabase()
  process.stdout.write(
    `${applied.length === 0 ? "nothing to migrate" : `applied ${applied.join(", ")}`}\n`,
  )
} catch (error) {
  const { message, cause } = error as Error
  process.stderr.write(`cannot migrate: ${cause instanceof Error ? cause.message : message}\n`)
  process.exitCode = 1
}

async function migrateDatabase(): Promise<string[]> {
  const { database: settings } = settingsFrom(process.env)
  if (settings === undefined) throw new Error("DATABASE_WRITE names no database")
  // An index of a large table takes its time; how long a migration may take is up to who deploys.
  const database = openDatabase(settings, 0)
  try {
    const attempt = async () => {
      const client = await database.write.connect()
      try {
        return await migrate(client, readMigrations())
      } finally {
        client.release(true)
      }
    }
    return await retrying(attempt, isTransient, patience)
  } finally {
    await database.close()
  }
}

function readMigrations(): Migration[] {
  const directory = join(import.meta.dirname, "..", "migrations")
  return readdirSync(directory)
    .filter((file) => file.endsWith(".sql"))
    .map((file) => ({
      name: file.slice(0, -".sql".length),
      sql: readFileSync(join(directory, file), "utf8"),
    }))
}
