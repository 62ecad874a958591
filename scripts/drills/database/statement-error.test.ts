import { expect, test } from "vitest"
import { wasInFlight } from "./statement-error.ts"

test.each([
  "08P01 server conn crashed?",
  "08P01 bouncer config error",
  "57P01 terminating connection due to unexpected postmaster exit",
  "57P02 terminating connection because of crash of another server process",
  "08006 connection failure",
  "Connection terminated unexpectedly",
  "ECONNRESET read ECONNRESET",
])("%s: the connection was lost under the statement", (error) => {
  expect(wasInFlight(error)).toBe(true)
})

test.each([
  "08P01 server login has been failing, cached error: server conn crashed? (server_login_retry)",
  "08P01 server login has been failing, cached error: the database system is shutting down (server_login_retry)",
  "08P01 server login has been failing, cached error: pause mode (server_login_retry)",
  "08P01 query_wait_timeout",
  "08P01 no more connections allowed (max_client_conn)",
  "57P03 the database system is starting up",
  "25006 cannot execute INSERT in a read-only transaction",
  "ECONNREFUSED connect ECONNREFUSED /run/database/.s.PGSQL.6432",
  "Connection terminated due to connection timeout",
  "Query read timeout",
  "something new",
])("%s: the statement was refused", (error) => {
  expect(wasInFlight(error)).toBe(false)
})
