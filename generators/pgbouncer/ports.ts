/** HAProxy on the app host's loopback: to the primary. */
export const writePort = 5000
/** HAProxy on the app host's loopback: to a replica that keeps up, or else the primary. */
export const readPort = 5001
/** Where the HAProxy of the route says how it is, and its metrics. */
export const routeSocket = "/run/haproxy/health.sock"
/** Path of its metrics. */
export const metricsPath = "/metrics"
/** Names PgBouncer's socket; it listens on no network. */
export const pgbouncerPort = 6432
/** Directory of PgBouncer's socket, for PgBouncer and the app's tasks on the same host. */
export const socketDirectory = "/run/database"
