/** HAProxy on the app host's loopback: to the primary. */
export const writePort = 5000
/** HAProxy on the app host's loopback: to a replica that keeps up, or else the primary. */
export const readPort = 5001
/** Names PgBouncer's socket; it listens on no network. */
export const pgbouncerPort = 6432
/** Directory of PgBouncer's socket, for PgBouncer and the app's tasks on the same host. */
export const socketDirectory = "/run/database"
