/** What alerts have to say of a drill. Without `must` and `coveredBy` nobody has to be told, and `why` says so. */
export interface DrillAlerts {
  why: string
  /** Alerts that it has to fire: its fault, or what they look back on, lasts longer than they wait. */
  must?: readonly string[]
  /** It is over before an alert fires: faults of alert-coverage that do the same for longer. Theirs may fire. */
  coveredBy?: readonly string[]
  /** Alerts that may fire too, and why. */
  may?: Readonly<Record<string, string>>
}

const busy = "the hosts of a box share the machine's processors with the drill's own clients"

/** Alerts that may fire in any drill. */
export const sharedMachine: Readonly<Record<string, string>> = {
  AppCpuHigh: busy,
  AppMemoryHigh: busy,
  DatabaseCpuHigh: busy,
  LoadBalancerCpuHigh: busy,
  ReplicaReadsSlow: busy,
  RedisMemoryHigh: "the box's Redis is small, and carts of earlier drills stay in it for a day",
  AvailabilityBurnsSlowly: "it looks back three days, in which earlier drills had errors",
  PostgresCheckpointsForced: "it looks back an hour, in which earlier drills wrote",
}

/** Those that services say a change of theirs may raise, which apply silences. */
const plannedChange: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "AppTaskDown",
    "DatabaseFailover",
    "DatabaseRouteDown",
    "EtcdMemberDown",
    "PatroniDown",
    "PgbouncerDown",
    "PostgresUnobserved",
    "ProberDown",
    "RedisMemberDown",
  ].map((alert) => [alert, "apply replaces tasks, and silences it"]),
)

const planned = "a planned change: who runs apply is told by apply"
const reads = "it changes nothing"
const failover = "the host is back within a minute; that another took over is remembered"
const mayFailOver = { DatabaseFailover: "whoever starts first may be another than before" }

/**
 * By drill. The fleet of `local` has no monitoring, so its drills have no `must`. `DatabaseFailover`
 * looks back a quarter of an hour, and so may be waited for when a drill is over.
 */
export const drillAlerts: Readonly<Record<string, DrillAlerts>> = {
  "render-all": { why: "it touches no fleet" },
  "no-op-apply": { why: reads },
  "no-op-look": { why: reads },
  "rolling-update": { why: planned },
  "config-reload": { why: planned },
  "broken-image": { why: "it is refused and rolled back, which apply says" },
  "wave-failure": { why: "it is refused and rolled back, which apply says" },
  "task-loss": { why: "Swarm replaces the task within seconds", coveredBy: ["app-task-missing"] },
  "haproxy-loss": { why: "HAProxy is back within seconds", coveredBy: ["balancers-gone"] },
  "vip-host-loss": {
    why: "the host is back within a minute",
    coveredBy: ["balancer-host-lost"],
  },
  "vip-hand-over": { why: planned },
  "apply-overhead": { why: planned },
  "revert-five": { why: planned },
  "apply-killed": { why: "apply dies and the fleet does not; the next apply goes on" },
  "watchdog-only": { why: "nothing is broken" },
  "burn-gate": {
    why: "errors until people are told, and the apply that must not add to them",
    must: ["AvailabilityBurnsFast"],
    coveredBy: ["server-errors"],
  },
  "log-store-away": {
    why: "a ticket: nothing is lost before the hosts' disks have no more room for what waits",
    must: ["LogStoreDown"],
    may: plannedChange,
  },
  "pooling-overhead": { why: "load, and no fault" },
  "many-clients": { why: "PgBouncer holds them, and no server connection is missing" },
  "pool-full": {
    why: "clients wait for seconds; PoolWaits takes a minute and a half of it, which promtool proves",
  },
  switchover: {
    why: "a planned change, told to nobody: the alert explains others",
    must: ["DatabaseFailover"],
  },
  "switchover-killed": {
    why: "queries wait for a minute at most; PoolWaits takes half a minute more, which promtool proves",
    may: mayFailOver,
  },
  "orders-kept": {
    why: failover,
    must: ["DatabaseFailover"],
    coveredBy: ["database-host-lost"],
  },
  "credential-rotation": { why: planned, may: plannedChange },
  "redis-rotation": { why: planned, may: plannedChange },
  "certificate-rotation": { why: planned, may: plannedChange },
  "authority-rotation": {
    why: planned,
    may: {
      ...plannedChange,
      ImagesUnreachable:
        "the box's stand-in for object storage is one task, and forgets what it held",
      ObjectStorageUnreachable: "the box's stand-in for object storage is one task",
    },
  },
  "redis-master-killed": {
    why: "Swarm starts the member again within seconds",
    coveredBy: ["redis-member-missing"],
  },
  "redis-host-loss": {
    why: "the host is back within two minutes; a replica of PostgreSQL was on it",
    coveredBy: ["database-host-lost"],
    may: mayFailOver,
  },
  "postmaster-killed": {
    why: "Patroni starts it again within seconds",
    coveredBy: ["database-gone"],
    may: mayFailOver,
  },
  "patroni-killed": {
    why: "Swarm starts it again within seconds",
    coveredBy: ["database-gone"],
    may: mayFailOver,
  },
  "pgbouncer-killed": {
    why: "Swarm starts it again within five seconds",
    coveredBy: ["pgbouncer-frozen"],
  },
  "database-route-killed": {
    why: "Swarm starts it again within five seconds",
    coveredBy: ["database-route-frozen"],
  },
  "database-route-reloaded": { why: "a reload, which nobody notices" },
  "primary-cut-from-etcd": {
    why: "40 s, of which the primary is in failsafe for a third",
    coveredBy: ["etcd-quorum-lost"],
  },
  "primary-cut-off": {
    why: failover,
    must: ["DatabaseFailover"],
    coveredBy: ["database-host-lost"],
  },
  "replica-behind": {
    why: "it leaves the read pool within half a minute, and catches up then",
    coveredBy: ["replica-lags"],
  },
  "managers-unseen": {
    why: "the Swarm misses the host for 40 s",
    coveredBy: ["database-host-lost"],
  },
  "dockerd-restarted": {
    why: "Docker is back within seconds",
    coveredBy: ["docker-unseen", "database-host-lost"],
  },
  "members-frozen": {
    why: "they go on within a minute",
    coveredBy: ["database-host-lost"],
    may: mayFailOver,
  },
  "disk-full": {
    why: "the small disk is a mount of its own, and the exporter sees the host's: promtool proves DiskAlmostFull. That another took over is remembered",
    must: ["DatabaseFailover"],
    coveredBy: ["database-host-lost"],
  },
  "wrong-password": {
    why: "status names it at once, and who looks at products notices nothing; nobody orders in it, or RouteFails would page",
    may: { ...plannedChange, PoolWaits: "clients that write wait for a login that is refused" },
  },
  "certificate-expired": {
    why: "Patroni shows it for less than a minute",
    coveredBy: ["certificate-expires"],
    may: { PatroniDown: "Prometheus refuses the certificate too" },
  },
  "etcd-quorum-loss": {
    why: "two minutes without a quorum; failsafe begins too late in them",
    must: ["EtcdWithoutQuorum"],
    coveredBy: ["etcd-quorum-lost"],
  },
  "primary-host-loss": {
    why: failover,
    must: ["DatabaseFailover"],
    coveredBy: ["database-host-lost"],
  },
  "quorum-host-loss": {
    why: failover,
    must: ["DatabaseFailover"],
    coveredBy: ["database-host-lost"],
    may: plannedChange,
  },
  dashboards: { why: reads },
  "data-tier-memory": { why: reads },
}

/** The drill of the faults themselves, which has a matrix of its own. */
export const judgedByItself = "alert-coverage"
