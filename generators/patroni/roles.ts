/** Database the shop lives in. */
export const shopDatabase = "shop"

/** Login roles by the secret that holds their password; `images/postgres` makes them. */
export const passwordSecrets = {
  postgres: "postgres_superuser_password",
  replicator: "postgres_replication_password",
  rewind: "postgres_rewind_password",
  app_rw: "postgres_app_password",
  app_ro: "postgres_readonly_password",
  monitor: "postgres_monitor_password",
  pgbouncer_auth: "pgbouncer_auth_password",
} as const

/** Password of Patroni's REST API, for requests that change something. */
export const restPassword = "patroni_rest_password"
