import { createHash } from "node:crypto"
import type { Desired } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { namespaceLabel, type SwarmNode, stackName } from "../deploy/swarm-types.ts"
import type { LastApplied } from "./last-applied.ts"
import type { Live } from "./live.ts"
import recording from "./recorded-fleet.json" with { type: "json" }
import { type Json, record } from "./stack-value.ts"

export interface Scene {
  desired: Desired
  live: Live
  fleet: FleetFile
}

/** A healthy fleet as Docker 26.1.5 described it, safe to change. */
export function recordedFleet(): Scene {
  const { desired, live } = structuredClone(recording) as unknown as {
    desired: Desired
    live: Live & { networkNames: Record<string, string> }
  }
  const hosts = live.nodes.map(({ Description, Spec, Status }) => ({
    name: Description.Hostname,
    role: Spec.Labels?.role ?? "",
    privateAddress: Status.Addr ?? "",
  }))
  const networkNames = new Map([
    ...Object.entries(live.networkNames),
    ...live.networks.map((network) => [network.Id, network.Name] as const),
  ])
  const scene = {
    desired,
    live: {
      ...live,
      networks: live.networks.filter(({ Labels }) => Labels?.[namespaceLabel] === stackName),
      allNetworks: live.networks,
      networkNames,
      allServices: live.services,
      allConfigs: live.configs,
    },
    fleet: { environment: "local", hosts } as unknown as FleetFile,
  }
  return { ...scene, live: { ...scene.live, ...deliveredFiles(scene) } }
}

/** What was applied last, when it is what git says. */
export function appliedNow({ fleet, desired }: Scene): LastApplied {
  return { commit: "c".repeat(40), fleet, services: desired.services }
}

/** The node of a host, to change it. */
export function nodeOf(scene: Scene, name: string): SwarmNode {
  const found = scene.live.nodes.find((one) => one.Description.Hostname === name)
  if (found === undefined) throw new Error(`no node ${name}`)
  return found
}

/** The live service's spec, to change a field of it. */
export function specOf(scene: Scene, shortName: string): Json {
  const found = scene.live.services.find((one) => one.Spec.Name === `quickcart_${shortName}`)
  if (found === undefined) throw new Error(`no service ${shortName} was recorded`)
  return found.Spec as unknown as Json
}

/** The container part of a live service's spec. */
export function containerOf(scene: Scene, shortName: string): Json {
  return record(record(specOf(scene, shortName).TaskTemplate).ContainerSpec)
}

function deliveredFiles({ desired }: Scene): Pick<Live, "files" | "filesRead"> {
  const sum = (text: string) => createHash("sha256").update(text).digest("hex")
  const data = (part: string) => desired.configs.find(({ name }) => name.includes(part))?.data ?? ""
  const hosts = ["load-balancer-1", "load-balancer-2"]
  return {
    files: hosts.flatMap((host) => [
      { host, path: "/run/haproxy/haproxy.cfg", sha256: sum(data("haproxy_cfg")) },
      { host, path: "/run/haproxy/certs/edge_tls.pem", sha256: sum("certificate and key") },
      {
        host,
        path: "/run/keepalived/keepalived.conf",
        sha256: sum(data(host.replaceAll("-", "_"))),
      },
    ]),
    filesRead: new Set(
      hosts.flatMap((host) => [`${host}:/run/haproxy`, `${host}:/run/keepalived`]),
    ),
  }
}
