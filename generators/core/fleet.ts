import type { ImageName } from "../../images/names.ts"

/** What a host is for; also its Swarm node label `role` and the folder of its cloud-init. */
export type Role = "manager" | "loadBalancer" | "app" | "database" | "redis" | "bastion"

/** One machine, named and addressed. */
export interface Host {
  /** `<role>-<n>`, e.g. `app-1`, `load-balancer-2`; unique in the environment. */
  name: string
  role: Role
  /** 1-based position in its group. */
  index: number
  privateAddress: string
  /** Undefined means no public interface at all. */
  publicAddress: string | null
  vcpu: number
  memoryBytes: number
  diskBytes: number
  diskKind: "ssd" | "nvme"
  /** The provider's size name, or null when the provider has none (box). */
  size: string | null
}

/** One allowed kind of traffic: everything not listed is denied. */
export interface Flow {
  from: Role | "internet"
  to: Role | "vip"
  protocol: "tcp" | "udp" | "vrrp" | "esp"
  /** Destination port; null for protocols without ports. */
  port: number | null
  /** What speaks there, e.g. `HTTPS`. */
  service: string
}

/** The resolved data tier; derived numbers are formulas of `generators/patroni` and `pgbouncer`. */
export interface Database {
  version: 17
  replication: "async" | "quorum"
  maxConnections: number
  /** Of each member: reserved, and the most it may use. */
  memoryBytes: number
  /** Most WAL kept for a replica that is away. */
  slotWalBytes: number
  /** How far a replica may be behind and still answer reads. */
  maxReplicaLagBytes: number
  failover: { ttlSeconds: number; loopWaitSeconds: number; retryTimeoutSeconds: number }
  pool: {
    /** Null leaves it to the formula. */
    writeConnections: number | null
    readConnections: number | null
    queryWaitTimeoutSeconds: number
  }
}

/** What the stores hold. */
export interface DataVolume {
  products: number
  users: number
  ordersPerDay: number
  imageBytes: number
}

/** The seed's scaling triggers; shares are 0..1, null where the spec names none. */
export interface Scaling {
  loadBalancerCpu: number | null
  loadBalancerBitsPerSecond: number | null
  appCpu: number | null
  appMemory: number | null
  databaseCpu: number | null
  databaseDiskIops: number | null
  replicaReadLatencySeconds: number | null
  redisMemory: number | null
  objectStorageBitsPerSecond: number | null
}

/** The resolved monitoring: Prometheus and Alertmanager on one manager. */
export interface Monitoring {
  scrapeIntervalSeconds: number
  retentionSeconds: number
  /** Most that metrics may take of the manager's disk. */
  storageBytes: number
  /** Most that Prometheus may use. */
  memoryBytes: number
  /** Where the runbooks are read, without a final slash. */
  runbooks: string
  /** Null where the dashboards are rendered, and nothing shows them. */
  grafana: { image: string } | null
  notify: {
    email: { to: string; from: string; smarthost: string; username: string | null } | null
    slackChannel: string | null
    pagerDuty: boolean
    heartbeat: boolean
  }
}

/** The resolved log store. */
export interface Logs {
  retentionSeconds: number
  /** Most that logs may take of the manager's disk. */
  storageBytes: number
  /** Which of the load balancers' lines about requests are stored. */
  requests: "all" | "failed"
}

/**
 * The resolved model: every default filled, every host named and addressed,
 * every derived number computed, nothing undefined. `resolve` is the only
 * place that makes one; generators and rules only read it.
 */
export interface Fleet {
  /** Environment name, e.g. `local`. */
  environment: string
  /** Path of the spec, e.g. `environments/local.yaml`, for the generated headers. */
  source: string
  tier: "production" | "staging" | "development"
  timezone: string
  provider: {
    name: "digitalocean" | "linode" | "hetzner" | "box"
    region: string
    publicInterface: string
    privateInterface: string
  }
  network: {
    vpc: string
    publicSubnet: string
    privateSubnet: string
    overlayPool: string
    vip: string
    encryptedOverlay: boolean
    mtuBytes: number
    /** Who may reach the bastion's SSH; empty is anyone. */
    operators: string[]
  }
  /** All hosts that exist outside flash sales, ordered by role and index. */
  hosts: Host[]
  /** Role that runs Redis: its own group, or the database hosts. */
  redisRole: "redis" | "database"
  workload: {
    concurrentUsers: number
    requestsPerUserPerSecond: number
    requestsPerCorePerSecond: number
    flashSaleFactor: number
    /** users x requests per user. */
    baselineRequestsPerSecond: number
    /** baseline / requests per core, rounded up. */
    coresNeeded: number
    /** app hosts x vCPU. */
    coresProvided: number
    /** baseline x factor. */
    peakRequestsPerSecond: number
    /** What the stores hold; null where the spec does not say. */
    data: DataVolume | null
  }
  objectives: {
    edgeFailoverSeconds: number
    databaseFailoverSeconds: number
    redisFailoverSeconds: number
    rpoSeconds: number
    rtoSeconds: number
    /** 0..1 */
    availability: number
    /** Share of answers, 0..1, that take no longer than the threshold; null without the objective. */
    latency: { thresholdSeconds: number; share: number } | null
  }
  registry: { address: string; insecure: boolean }
  /** Complete references of the fleet's own images, by name. */
  images: Record<ImageName, string>
  app: {
    image: string
    port: number
    healthPath: string
    replicas: number
    maxAppHosts: number
    cpu: number
    memoryBytes: number
    update: {
      parallelism: number
      delaySeconds: number
      monitorSeconds: number
      deadlineSeconds: number
    }
    /** Job that gates a new version; null when there is none. */
    migration: { command: string[]; deadlineSeconds: number } | null
    environment: Record<string, string>
    secrets: string[]
    drainSeconds: number
    stopGracePeriodSeconds: number
  }
  edge: {
    hostname: string
    aliases: string[]
    vrrp: {
      advertIntervalSeconds: number
      routerId: number
      /** Priority of each load balancer by host name; all different. */
      priorities: Record<string, number>
      /** 3 x advert + skew of the lowest-priority backup: RFC 9568 section 6.1. */
      masterDownSeconds: number
    }
    timeouts: {
      requestSeconds: number
      connectSeconds: number
      clientSeconds: number
      serverSeconds: number
      queueSeconds: number
    }
    health: {
      intervalSeconds: number
      fastIntervalSeconds: number
      fall: number
      rise: number
    }
    maxConnections: number
    maxConnectionsPerTask: number
    /** 0..1; 0 without a CDN. */
    cdnOffload: number
    cdnVendor: "cloudflare" | "cloudfront" | null
    waitingRoom: { maxActiveUsers: number } | null
    /** Of each client address; null without a limit. */
    rateLimit: { requests: number; periodSeconds: number; burst: number } | null
  }
  /** PostgreSQL under Patroni, with its etcd and PgBouncer; null when the spec has none. */
  database: Database | null
  /** Null where the spec declares no Redis. */
  redis: {
    nodeTimeoutSeconds: number
    /** Of each instance: reserved, and the most it may use. */
    memoryBytes: { sessions: number; cache: number }
  } | null
  /** Null where the spec declares no object storage. */
  objectStorage: {
    endpoint: string
    region: string
    imagesBucket: string
    backupBucket: string | null
    /** Without a final slash. */
    imagesBaseUrl: string
    /** Path of the shop that the load balancers answer from the images bucket. */
    imagesPath: string | null
  } | null
  /** Null where the spec declares no monitoring. */
  monitoring: Monitoring | null
  /** Null where the spec stores no logs. */
  logs: Logs | null
  /** Load at which a tier has to grow; null where the spec names none. */
  scaling: Scaling
  flashSales: {
    name: string
    start: string
    durationSeconds: number
    appHosts: number
    prewarmSeconds: number
  }[]
  /** Logical names of the secrets that the spec itself names, sorted; see `secretsOf` for all. */
  secrets: string[]
}
