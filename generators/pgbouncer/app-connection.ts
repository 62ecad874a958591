import type { Fleet } from "../core/fleet.ts"
import type { SwarmService } from "../core/swarm-service.ts"
import { passwordSecrets } from "../patroni/roles.ts"
import { pgbouncerPort, socketDirectory } from "./ports.ts"
import { socketVolume } from "./service.ts"

/** What a task of the app gets to reach the database through its own host's PgBouncer. */
export interface AppConnection {
  environment: Record<string, string>
  secrets: string[]
  volumes: NonNullable<SwarmService["volumes"]>
}

/**
 * The two connections of the app: URLs without a password. The file that
 * `<name>_PASSWORD_FILE` names holds `login:password`; the login replaces the URL's
 * user, which is its role. Nothing without a database.
 */
export function appConnection(fleet: Fleet): AppConnection {
  if (fleet.database === null) return { environment: {}, secrets: [], volumes: [] }
  const url = (role: string) =>
    `postgres://${role}@/${role}?host=${socketDirectory}&port=${pgbouncerPort}`
  return {
    environment: {
      DATABASE_WRITE: url("app_rw"),
      DATABASE_WRITE_PASSWORD_FILE: `/run/secrets/${passwordSecrets.app_rw}`,
      DATABASE_READ: url("app_ro"),
      DATABASE_READ_PASSWORD_FILE: `/run/secrets/${passwordSecrets.app_ro}`,
    },
    secrets: [passwordSecrets.app_rw, passwordSecrets.app_ro],
    volumes: [{ ...socketVolume, read_only: true }],
  }
}
