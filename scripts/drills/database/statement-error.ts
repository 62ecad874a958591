/**
 * What a client is told whose statement was on a server connection that was lost: by PgBouncer
 * (`disconnect_server` of a linked server), by the backend that ran it (class 57P, but for 57P03,
 * which refuses a login), by the driver, or by the system. Class 08 is not enough: PgBouncer sends
 * 08P01 with everything it says.
 */
const inFlight = [
  /^08P01 server conn crashed\?$/,
  /^08P01 server closed the connection unexpectedly/,
  // A client's login, whose password PgBouncer was looking up on that connection.
  /^08P01 bouncer config error$/,
  /^(57P01|57P02) /,
  /^(08000|08003|08006) /,
  /^Connection terminated unexpectedly$/,
  /^(ECONNRESET|EPIPE) /,
]

/**
 * Whether a statement failed because the connection that it ran on was lost, so that nobody knows
 * whether it was done. Every other error, also one that is not known here, refused a statement that
 * was not begun and could have waited: among them a failed login that PgBouncer remembers
 * (`server login has been failing, cached error: ...`), `query_wait_timeout` and a read-only server.
 */
export function wasInFlight(error: string): boolean {
  return inFlight.some((pattern) => pattern.test(error))
}
