/** PostgreSQL. */
export const postgresPort = 5432
/** Patroni's REST API: health checks, and changes for those who may. */
export const patroniPort = 8008
