import type { Database, Fleet, Host, Logs, Monitoring, Role } from "./fleet.ts"
import { resolveScaling } from "./resolve-scaling.ts"

/** How many hosts of each role a fixture has. */
export type HostCounts = Record<Exclude<Role, "redis">, number>

const smallCounts: HostCounts = {
  manager: 3,
  loadBalancer: 2,
  app: 2,
  database: 3,
  bastion: 1,
}

/**
 * A complete fleet for tests: as small as the one people boot on one machine,
 * or with other host counts. Every call returns a fresh value to change freely.
 */
export function fleetFixture(counts: Partial<HostCounts> = {}): Fleet {
  const all = { ...smallCounts, ...counts }
  return {
    environment: "fixture",
    source: "environments/fixture.yaml",
    tier: "development",
    timezone: "Asia/Jakarta",
    provider: { name: "box", region: "here", publicInterface: "eth0", privateInterface: "eth1" },
    network: {
      vpc: "10.10.0.0/16",
      publicSubnet: "203.0.113.0/24",
      privateSubnet: "10.10.0.0/20",
      overlayPool: "10.20.0.0/16",
      vip: "203.0.113.100",
      encryptedOverlay: false,
      mtuBytes: 1500,
      operators: [],
    },
    hosts: fixtureHosts(all),
    redisRole: "database",
    workload: fixtureWorkload(all.app),
    objectives: {
      edgeFailoverSeconds: 3,
      databaseFailoverSeconds: 30,
      redisFailoverSeconds: 10,
      rpoSeconds: 300,
      rtoSeconds: 900,
      availability: 0.999,
      latency: null,
    },
    registry: { address: "10.10.0.2:5000", insecure: true },
    images: {
      host: "10.10.0.2:5000/host:0000000000000001",
      haproxy: "10.10.0.2:5000/haproxy:0000000000000002",
      keepalived: "10.10.0.2:5000/keepalived:0000000000000003",
      registry: "10.10.0.2:5000/registry:0000000000000004",
      shop: "10.10.0.2:5000/shop:0000000000000005",
      etcd: "10.10.0.2:5000/etcd:0000000000000006",
      postgres: "10.10.0.2:5000/postgres:0000000000000007",
      pgbouncer: "10.10.0.2:5000/pgbouncer:0000000000000008",
      redis: "10.10.0.2:5000/redis:0000000000000009",
      s3: "10.10.0.2:5000/s3:000000000000000a",
      prometheus: "10.10.0.2:5000/prometheus:000000000000000b",
      exporters: "10.10.0.2:5000/exporters:000000000000000c",
      logs: "10.10.0.2:5000/logs:000000000000000d",
    },
    app: fixtureApp(all.app),
    edge: fixtureEdge(all.loadBalancer),
    database: null,
    redis: null,
    objectStorage: null,
    monitoring: null,
    logs: null,
    scaling: resolveScaling(),
    flashSales: [],
    secrets: [],
  }
}

/** A data tier for fixtures, with every default. */
export function databaseFixture(): Database {
  return {
    version: 17,
    replication: "async",
    maxConnections: 200,
    memoryBytes: 4e9,
    slotWalBytes: 10e9,
    maxReplicaLagBytes: 16e6,
    failover: { ttlSeconds: 20, loopWaitSeconds: 5, retryTimeoutSeconds: 5 },
    pool: { writeConnections: null, readConnections: null, queryWaitTimeoutSeconds: 60 },
  }
}

/** Monitoring for fixtures, with every default and nobody to tell. */
export function monitoringFixture(): Monitoring {
  return {
    scrapeIntervalSeconds: 15,
    retentionSeconds: 15 * 86_400,
    storageBytes: 10e9,
    memoryBytes: 2e9,
    runbooks: "docs/runbooks",
    grafana: null,
    notify: { email: null, slackChannel: null, pagerDuty: false, heartbeat: false },
  }
}

/** Object storage for fixtures, whose images the load balancers hand on. */
export function objectStorageFixture(): NonNullable<Fleet["objectStorage"]> {
  return {
    endpoint: "https://10.10.1.1:9000",
    region: "us-east-1",
    imagesBucket: "images",
    backupBucket: "backup",
    imagesBaseUrl: "/images",
    imagesPath: "/images",
  }
}

/** A log store for fixtures, with every default. */
export function logsFixture(): Logs {
  return { retentionSeconds: 14 * 86_400, storageBytes: 10e9, requests: "all" }
}

/** A fleet of which everything is watched that may be: the data tier, every trigger and objective. */
export function watchedFixture(): Fleet {
  const fleet = fleetFixture()
  fleet.database = databaseFixture()
  fleet.redis = { nodeTimeoutSeconds: 5, memoryBytes: { sessions: 500e6, cache: 1e9 } }
  fleet.objectStorage = objectStorageFixture()
  fleet.monitoring = monitoringFixture()
  fleet.logs = logsFixture()
  fleet.objectives.latency = { thresholdSeconds: 0.3, share: 0.99 }
  fleet.scaling = {
    loadBalancerCpu: 0.6,
    loadBalancerBitsPerSecond: 1.4e9,
    appCpu: 0.7,
    appMemory: 0.8,
    databaseCpu: 0.7,
    databaseDiskIops: 14_000,
    objectStorageBitsPerSecond: null,
    replicaReadLatencySeconds: 0.1,
    redisMemory: 0.7,
  }
  return fleet
}

const firstAddress: Record<keyof HostCounts, string> = {
  manager: "10.10.1.",
  loadBalancer: "10.10.2.",
  app: "10.10.",
  database: "10.10.3.",
  bastion: "10.10.4.",
}

function fixtureHosts(counts: HostCounts): Host[] {
  const roles: (keyof HostCounts)[] = ["manager", "loadBalancer", "app", "database", "bastion"]
  return roles.flatMap((role) =>
    Array.from({ length: counts[role] }, (_, position): Host => {
      const index = position + 1
      const isPublic = role === "loadBalancer" || role === "bastion"
      return {
        name: `${role === "loadBalancer" ? "load-balancer" : role}-${index}`,
        role,
        index,
        privateAddress:
          role === "app"
            ? `${firstAddress.app}${8 + Math.floor(index / 250)}.${1 + (index % 250)}`
            : `${firstAddress[role]}${index}`,
        publicAddress: isPublic ? `203.0.113.${(role === "bastion" ? 50 : 10) + index}` : null,
        vcpu: 4,
        memoryBytes: 8e9,
        diskBytes: 50e9,
        diskKind: "ssd",
        size: null,
      }
    }),
  )
}

function fixtureWorkload(appHosts: number): Fleet["workload"] {
  return {
    concurrentUsers: 100,
    requestsPerUserPerSecond: 1,
    requestsPerCorePerSecond: 150,
    flashSaleFactor: 2,
    baselineRequestsPerSecond: 100,
    coresNeeded: 1,
    coresProvided: appHosts * 4,
    peakRequestsPerSecond: 200,
    data: null,
  }
}

function fixtureApp(appHosts: number): Fleet["app"] {
  return {
    image: "10.10.0.2:5000/shop:0000000000000005",
    port: 3000,
    healthPath: "/healthz",
    replicas: appHosts,
    maxAppHosts: appHosts + 2,
    cpu: 0.5,
    memoryBytes: 256e6,
    update: { parallelism: 1, delaySeconds: 0, monitorSeconds: 5, deadlineSeconds: 300 },
    migration: null,
    environment: { LOG_LEVEL: "info", GREETING: "cost: $5" },
    secrets: [],
    drainSeconds: 8,
    stopGracePeriodSeconds: 30,
  }
}

function fixtureEdge(loadBalancers: number): Fleet["edge"] {
  const priorities = Object.fromEntries(
    Array.from({ length: loadBalancers }, (_, index) => [
      `load-balancer-${index + 1}`,
      200 - index,
    ]),
  )
  return {
    hostname: "shop.example.test",
    aliases: ["www.shop.example.test"],
    vrrp: {
      advertIntervalSeconds: 0.2,
      routerId: 51,
      priorities,
      masterDownSeconds: 0.6 + ((256 - (201 - loadBalancers)) / 256) * 0.2,
    },
    timeouts: {
      requestSeconds: 5,
      connectSeconds: 1,
      clientSeconds: 30,
      serverSeconds: 15,
      queueSeconds: 3,
    },
    health: { intervalSeconds: 1, fastIntervalSeconds: 0.25, fall: 2, rise: 2 },
    maxConnections: 20000,
    maxConnectionsPerTask: 200,
    cdnOffload: 0,
    cdnVendor: null,
    waitingRoom: null,
    rateLimit: null,
  }
}
