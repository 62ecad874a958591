import { type ImageLock, type ImageName, imageNames } from "../../images/names.ts"
import type {
  AppHostGroup,
  DataVolume,
  EnvironmentSpec,
  HostGroup,
} from "../../schema/environment.ts"
import { parseBytes, parseDurationSeconds, parsePercent } from "../../schema/quantity.ts"
import { hostAddress } from "./addressing.ts"
import type { Fleet, Host, Role } from "./fleet.ts"
import { resolveDatabase } from "./resolve-database.ts"
import { resolveLogs } from "./resolve-logs.ts"
import { resolveMonitoring } from "./resolve-monitoring.ts"
import { resolveRedis } from "./resolve-redis.ts"
import { resolveScaling } from "./resolve-scaling.ts"
import { kebabRole } from "./roles.ts"

const roles: Role[] = ["manager", "loadBalancer", "app", "database", "redis", "bastion"]

/** Guards `ceil` against floating-point dust: 0.1 x 3 / 0.3 is one core, not two. */
const epsilon = 1e-9

/**
 * The fleet that a schema-valid spec asks for, with every default of
 * `schema/environment.ts` filled. Never throws on such a spec: what makes no
 * sense is resolved as far as possible and reported by the rules.
 */
export function resolve(spec: EnvironmentSpec, source: string, lock: ImageLock): Fleet {
  const images = resolveImages(spec, lock)
  const redis = resolveRedis(spec)
  return {
    environment: spec.name,
    source,
    tier: spec.tier,
    timezone: spec.timezone ?? "UTC",
    provider: {
      name: spec.provider.name,
      region: spec.provider.region,
      publicInterface: spec.provider.publicInterface ?? "eth0",
      privateInterface: spec.provider.privateInterface ?? "eth1",
    },
    network: {
      vpc: spec.network.vpc,
      publicSubnet: spec.network.subnets.public,
      privateSubnet: spec.network.subnets.private,
      overlayPool: spec.network.subnets.overlay,
      vip: spec.network.vip,
      encryptedOverlay: spec.network.encryptedOverlay ?? false,
      mtuBytes: spec.network.mtuBytes ?? 1500,
      operators: spec.network.operators ?? [],
    },
    hosts: roles.flatMap((role) => resolveHosts(spec, role)),
    redisRole: spec.hosts.redis === undefined ? "database" : "redis",
    workload: resolveWorkload(spec),
    objectives: {
      edgeFailoverSeconds: parseDurationSeconds(spec.objectives.edgeFailover),
      databaseFailoverSeconds: parseDurationSeconds(spec.objectives.databaseFailover ?? "30s"),
      redisFailoverSeconds: parseDurationSeconds(spec.objectives.redisFailover ?? "10s"),
      rpoSeconds: parseDurationSeconds(spec.objectives.rpo),
      rtoSeconds: parseDurationSeconds(spec.objectives.rto),
      availability: parsePercent(spec.objectives.availability),
      latency: resolveLatency(spec.objectives.latency),
    },
    registry: { address: spec.images.registry, insecure: spec.images.insecure ?? false },
    images,
    app: resolveApp(spec, images.shop),
    edge: resolveEdge(spec),
    database: resolveDatabase(spec, redis),
    redis,
    objectStorage: resolveObjectStorage(spec),
    monitoring: resolveMonitoring(spec),
    logs: resolveLogs(spec),
    scaling: resolveScaling(spec.scaling),
    flashSales: resolveFlashSales(spec),
    secrets: [...new Set([...(spec.secrets ?? []), ...(spec.app.secrets ?? [])])].toSorted(),
  }
}

function resolveLatency(written: EnvironmentSpec["objectives"]["latency"]) {
  if (written === undefined) return null
  return {
    thresholdSeconds: parseDurationSeconds(written.threshold),
    share: parsePercent(written.share),
  }
}

function resolveHosts(spec: EnvironmentSpec, role: Role): Host[] {
  const group: HostGroup | AppHostGroup | undefined = spec.hosts[role]
  if (group === undefined) return []
  const isPublic = group.public ?? (role === "loadBalancer" || role === "bastion")
  return Array.from({ length: group.count }, (_, position) => {
    const index = position + 1
    return {
      name: hostName(role, index),
      role,
      index,
      privateAddress: hostAddress(spec.network.subnets.private, role, index),
      publicAddress: isPublic ? hostAddress(spec.network.subnets.public, role, index) : null,
      vcpu: group.vcpu,
      memoryBytes: parseBytes(group.memory),
      diskBytes: parseBytes(group.disk),
      diskKind: group.diskKind ?? "ssd",
      size: group.size ?? null,
    }
  })
}

/** Name of the host with this 1-based index, e.g. `load-balancer-2`. */
export function hostName(role: Role, index: number): string {
  return `${kebabRole(role)}-${index}`
}

function resolveWorkload(spec: EnvironmentSpec): Fleet["workload"] {
  const {
    concurrentUsers,
    requestsPerUserPerSecond,
    requestsPerCorePerSecond,
    flashSaleFactor,
    data,
  } = spec.workload
  const baselineRequestsPerSecond = concurrentUsers * requestsPerUserPerSecond
  return {
    concurrentUsers,
    requestsPerUserPerSecond,
    requestsPerCorePerSecond,
    flashSaleFactor,
    baselineRequestsPerSecond,
    coresNeeded: Math.ceil(baselineRequestsPerSecond / requestsPerCorePerSecond - epsilon),
    coresProvided: spec.hosts.app.count * spec.hosts.app.vcpu,
    peakRequestsPerSecond: baselineRequestsPerSecond * flashSaleFactor,
    data: data === undefined ? null : resolveData(data),
  }
}

function resolveData({ images, ...counts }: DataVolume): Fleet["workload"]["data"] {
  return { ...counts, imageBytes: parseBytes(images) }
}

function resolveImages(spec: EnvironmentSpec, lock: ImageLock): Record<ImageName, string> {
  const byDigest = (spec.images.reference ?? "digest") === "digest"
  const reference = (name: ImageName): string => {
    const { source, digest } = lock[name]
    // A missing digest is the rule `images/digest`'s to report.
    return byDigest && digest !== null
      ? `${spec.images.registry}/${name}@${digest}`
      : `${spec.images.registry}/${name}:${source}`
  }
  return Object.fromEntries(imageNames.map((name) => [name, reference(name)])) as Record<
    ImageName,
    string
  >
}

function resolveApp({ app, hosts }: EnvironmentSpec, sampleShop: string): Fleet["app"] {
  return {
    image: app.image ?? sampleShop,
    port: app.port ?? 3000,
    healthPath: app.healthPath ?? "/healthz",
    replicas: app.replicas ?? hosts.app.count,
    maxAppHosts: hosts.app.maxCount ?? hosts.app.count,
    cpu: app.resources.cpu,
    memoryBytes: parseBytes(app.resources.memory),
    update: {
      parallelism: app.update?.parallelism ?? 1,
      delaySeconds: parseDurationSeconds(app.update?.delay ?? "0s"),
      monitorSeconds: parseDurationSeconds(app.update?.monitor ?? "5s"),
      deadlineSeconds: parseDurationSeconds(app.update?.deadline ?? "5m"),
    },
    migration:
      app.migration === undefined
        ? null
        : {
            command: app.migration.command,
            deadlineSeconds: parseDurationSeconds(app.migration.deadline ?? "10m"),
          },
    environment: app.environment ?? {},
    secrets: [...new Set(app.secrets ?? [])].toSorted(),
    drainSeconds: parseDurationSeconds(app.drain ?? "8s"),
    stopGracePeriodSeconds: parseDurationSeconds(app.stopGracePeriod ?? "30s"),
  }
}

function resolveEdge(spec: EnvironmentSpec): Fleet["edge"] {
  const { edge } = spec
  const { timeouts, health, cdn, waitingRoom, rateLimit } = edge
  return {
    hostname: edge.hostname,
    aliases: edge.aliases ?? [],
    vrrp: resolveVrrp(spec),
    timeouts: {
      requestSeconds: parseDurationSeconds(timeouts?.request ?? "5s"),
      connectSeconds: parseDurationSeconds(timeouts?.connect ?? "1s"),
      clientSeconds: parseDurationSeconds(timeouts?.client ?? "30s"),
      serverSeconds: parseDurationSeconds(timeouts?.server ?? "15s"),
      queueSeconds: parseDurationSeconds(timeouts?.queue ?? "3s"),
    },
    health: {
      intervalSeconds: parseDurationSeconds(health?.interval ?? "1s"),
      fastIntervalSeconds: parseDurationSeconds(health?.fastInterval ?? "250ms"),
      fall: health?.fall ?? 2,
      rise: health?.rise ?? 2,
    },
    maxConnections: edge.maxConnections ?? 20_000,
    maxConnectionsPerTask: edge.maxConnectionsPerTask ?? 200,
    cdnOffload: cdn === undefined ? 0 : parsePercent(cdn.offload),
    cdnVendor: cdn?.vendor ?? null,
    waitingRoom:
      waitingRoom === undefined || waitingRoom.enabled === false
        ? null
        : { maxActiveUsers: waitingRoom.maxActiveUsers },
    rateLimit:
      rateLimit === undefined
        ? null
        : {
            requests: rateLimit.requests,
            periodSeconds: parseDurationSeconds(rateLimit.period ?? "1s"),
            burst: rateLimit.burst ?? rateLimit.requests,
          },
  }
}

function resolveVrrp({ hosts, edge }: EnvironmentSpec): Fleet["edge"]["vrrp"] {
  const advertIntervalSeconds = parseDurationSeconds(edge.vrrp?.advertInterval ?? "200ms")
  const highestPriority = 200
  const priorities = Array.from({ length: hosts.loadBalancer.count }, (_, position) => [
    hostName("loadBalancer", position + 1),
    highestPriority - position,
  ])
  const lowestPriority = highestPriority - hosts.loadBalancer.count + 1
  return {
    advertIntervalSeconds,
    routerId: edge.vrrp?.routerId ?? 51,
    priorities: Object.fromEntries(priorities),
    masterDownSeconds: masterDownSeconds(advertIntervalSeconds, lowestPriority),
  }
}

/**
 * Seconds of silence after which a backup of this priority takes over:
 * Master_Down_Interval = 3 x Active_Adver_Interval + Skew_Time, where
 * Skew_Time = (256 - priority) x Active_Adver_Interval / 256 (RFC 9568, section 6.1).
 */
export function masterDownSeconds(advertIntervalSeconds: number, priority: number): number {
  const skewSeconds = ((256 - priority) * advertIntervalSeconds) / 256
  return Math.round((3 * advertIntervalSeconds + skewSeconds) * 1e6) / 1e6
}

function resolveObjectStorage({
  provider,
  objectStorage: storage,
}: EnvironmentSpec): Fleet["objectStorage"] {
  if (storage === undefined) return null
  const endpoint = storage.endpoint.replace(/\/$/, "")
  const imagesBaseUrl = storage.imagesBaseUrl ?? `${endpoint}/${storage.imagesBucket}`
  const imagesPath = imagesBaseUrl.startsWith("/") ? imagesBaseUrl : null
  return {
    endpoint,
    region: storage.region ?? provider.region,
    imagesBucket: storage.imagesBucket,
    backupBucket: storage.backupBucket ?? null,
    imagesBaseUrl: imagesBaseUrl.replace(/\/$/, ""),
    imagesPath,
  }
}

function resolveFlashSales(spec: EnvironmentSpec): Fleet["flashSales"] {
  return (spec.flashSales ?? [])
    .map((sale) => ({
      name: sale.name,
      start: sale.start,
      durationSeconds: parseDurationSeconds(sale.duration),
      appHosts: sale.appHosts,
      prewarmSeconds: parseDurationSeconds(sale.prewarm ?? "1h"),
    }))
    .toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
}
