import type { Database, Fleet } from "../core/fleet.ts"
import { primaryStartTimeoutSeconds } from "./failover.ts"
import { tuningOf } from "./tuning.ts"

/** Connections that ordinary roles cannot take. */
export const superuserReservedConnections = 5

/**
 * What the whole cluster agrees on, kept in etcd: it makes the cluster at
 * bootstrap, and `deliver patroni` brings later changes in through the REST API.
 */
export function dynamicConfig(fleet: Fleet, database: Database): Record<string, unknown> {
  const { ttlSeconds, loopWaitSeconds, retryTimeoutSeconds } = database.failover
  const computed = tuningOf(fleet).map(({ parameter, value }) => [parameter, value])
  return {
    ttl: ttlSeconds,
    loop_wait: loopWaitSeconds,
    retry_timeout: retryTimeoutSeconds,
    primary_start_timeout: primaryStartTimeoutSeconds,
    // Spilo's: the default of 1 MB can refuse every candidate under load (Patroni #1849).
    maximum_lag_on_failover: 33_554_432,
    check_timeline: true,
    // Without etcd the primary goes on as long as it reaches every member.
    failsafe_mode: true,
    max_timelines_history: 100,
    ...(database.replication === "quorum"
      ? { synchronous_mode: "quorum", synchronous_node_count: 1 }
      : { synchronous_mode: false }),
    postgresql: {
      use_pg_rewind: true,
      use_slots: true,
      parameters: { ...Object.fromEntries(computed), ...fixedParameters },
    },
  }
}

const fixedParameters = {
  superuser_reserved_connections: superuserReservedConnections,
  max_wal_senders: 10,
  max_replication_slots: 10,
  wal_level: "replica",
  // pg_rewind needs it, and checksums imply it.
  wal_log_hints: "on",
  wal_compression: "lz4",
  password_encryption: "scram-sha-256",
  checkpoint_timeout: "10min",
  checkpoint_completion_target: 0.9,
  huge_pages: "try",
  // A peer that vanished is noticed within a minute.
  tcp_keepalives_idle: 30,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 3,
  wal_sender_timeout: "10s",
  wal_receiver_timeout: "10s",
  idle_in_transaction_session_timeout: "60s",
  // What takes long, or waits, is worth a line.
  log_min_duration_statement: "1s",
  log_lock_waits: "on",
  log_checkpoints: "on",
  // Whose line it is: login, database, app host and application; background processes have none.
  log_line_prefix: "%m [%p] %q%u@%d %h %a ",
}
