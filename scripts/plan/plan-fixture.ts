import { createHash } from "node:crypto"
import type { DesiredService, ExpectedAlert, Leader } from "../deploy/desired.ts"
import type { SwarmService } from "../deploy/swarm-types.ts"
import { assumeLive } from "./assumed.ts"
import type { Definition } from "./definition.ts"
import type { PlanFleet, PlanHost } from "./model.ts"

/** A small fleet: two load balancers, two app hosts, three managers and databases. */
export const fleet: PlanFleet = {
  environment: "test",
  tier: "production",
  provider: {
    name: "digitalocean",
    region: "sgp1",
    publicInterface: "eth0",
    privateInterface: "eth1",
  },
  network: {
    publicSubnet: "203.0.113.0/24",
    privateSubnet: "10.0.0.0/24",
    overlayPool: "10.1.0.0/16",
    vip: "203.0.113.100",
    encryptedOverlay: false,
    mtuBytes: 1500,
  },
  hostname: "shop.test",
  aliases: [],
  healthPath: "/healthz",
  registry: { address: "registry.test", insecure: false },
  images: {},
  objectives: { edgeFailoverSeconds: 3, databaseFailoverSeconds: 45 },
  hosts: [
    ...hosts("manager", 3),
    ...hosts("load-balancer", 2),
    ...hosts("app", 2, "s-2vcpu-4gb"),
    ...hosts("database", 3, "s-4vcpu-8gb"),
    ...hosts("bastion", 1),
  ],
  secrets: [],
  credentials: [],
}

/** `count` hosts of a role, named as `resolve` names them. */
export function hosts(
  role: string,
  count: number,
  size: string | null = "s-1vcpu-1gb",
): PlanHost[] {
  return Array.from({ length: count }, (_, position) => ({
    name: `${role}-${position + 1}`,
    role,
    privateAddress: `10.0.0.${position + 1}`,
    publicAddress: null,
    vcpu: 2,
    memoryBytes: 4e9,
    size,
  }))
}

export interface ServiceParts {
  wave?: number
  impact?: "reload" | "restart" | "unseen"
  leader?: Leader
  alerts?: ExpectedAlert[]
  role?: string
  host?: string
  replicas?: number
  mode?: "global" | "replicated" | "replicated-job"
  update?: { parallelism?: number; order?: string }
  /** Swarm names of volumes that outlive tasks. */
  volumes?: string[]
  tmpfs?: string[]
  configs?: Record<string, string>
  secrets?: Record<string, string>
  networks?: Record<string, object>
  definition?: Partial<Definition>
}

/** A service as `readDesired` makes them; its hash is of what is given. */
export function service(shortName: string, parts: ServiceParts = {}): DesiredService {
  const constraints = [
    ...(parts.role === undefined ? [] : [`node.labels.role == ${parts.role}`]),
    ...(parts.host === undefined ? [] : [`node.labels.host == ${parts.host}`]),
  ]
  const mode = parts.mode ?? "replicated"
  const named = (names: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(names).map(([key, name]) => [key, { external: true, name }]))
  const definition: Definition = {
    image: `registry.test/${shortName}:1`,
    ...parts.definition,
    deploy: {
      mode,
      ...(mode === "global" ? {} : { replicas: parts.replicas ?? 1 }),
      placement: { constraints },
      update_config: parts.update ?? { parallelism: 1, order: "stop-first" },
      ...parts.definition?.deploy,
    },
  }
  const volumes = [
    ...(parts.volumes ?? []).map((name) => [name, { name, driver: "local" }]),
    ...(parts.tmpfs ?? []).map((name) => [name, { name, driver_opts: { type: "tmpfs" } }]),
  ]
  return {
    name: `quickcart_${shortName}`,
    shortName,
    wave: parts.wave ?? 10,
    deadlineSeconds: 120,
    impact: parts.impact ?? "restart",
    leader: parts.leader,
    alerts: parts.alerts ?? [],
    host: parts.host,
    isJob: false,
    monitorSeconds: 5,
    specHash: createHash("sha256")
      .update(JSON.stringify(definition) + JSON.stringify(parts))
      .digest("hex")
      .slice(0, 16),
    configs: Object.values(parts.configs ?? {}),
    stack: {
      version: "3.12",
      services: { [shortName]: definition },
      networks: parts.networks ?? {},
      volumes: Object.fromEntries(volumes),
      configs: named(parts.configs),
      secrets: named(parts.secrets),
    },
  }
}

/** The service as Swarm would show it. */
export function live(wanted: DesiredService): SwarmService {
  const [found] = assumeLive({ services: [wanted], configs: [], secrets: [] }).services
  if (found === undefined) throw new Error("nothing was assumed")
  return found
}
