import type { PasswordCredential } from "../../schema/credential.ts"
import { password } from "../core/credentials.ts"

/** Database the shop lives in. */
export const shopDatabase = "shop"

/** The superuser's password, which it has alone: nobody but `deliver patroni` logs in with it. */
export const superuserPassword = "postgres_superuser_password"

/** Roles by the secret that holds the login of each; `images/postgres` makes them. */
export const passwordSecrets = {
  replicator: "postgres_replication_password",
  rewind: "postgres_rewind_password",
  app_rw: "postgres_app_password",
  app_ro: "postgres_readonly_password",
  monitor: "postgres_monitor_password",
  pgbouncer_auth: "pgbouncer_auth_password",
} as const

export const roles = Object.keys(passwordSecrets) as (keyof typeof passwordSecrets)[]

/** What is mounted for a role: a login of its own for each password. */
export function loginOf(role: keyof typeof passwordSecrets): PasswordCredential {
  return password(passwordSecrets[role], { role })
}

/** Password of Patroni's REST API, for requests that change something. */
export const restPassword = "patroni_rest_password"
