import { type FleetFile, type FleetHost, hostsOf, swarmHosts } from "../deploy/fleet-file.ts"
import { waitFor } from "../io/clock.ts"
import type { Engine } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import type { Remote } from "../io/ssh.ts"
import { updateSpec } from "../io/update-spec.ts"

interface SwarmNode {
  ID: string
  Version: { Index: number }
  Spec: { Role: string; Availability: string; Labels: Record<string, string> | null; Name?: string }
  Description: { Hostname: string }
  Status: { State: string }
}

/** 1,022 addresses an overlay: 50 app hosts with two tasks each, twice during an update. */
const overlayPrefixBits = 22

type NodeState = "inactive" | "pending" | "active" | "error" | "locked"

/**
 * Makes every host a member of one Swarm: initialises it on the first manager
 * when no manager is in one, then joins whoever is missing. Tokens travel on
 * standard input only.
 */
export async function formSwarm(
  fleet: FleetFile,
  remote: Remote,
  report: (line: string) => void,
): Promise<void> {
  const states = new Map<string, NodeState>()
  await Promise.all(
    swarmHosts(fleet).map(async (host) => states.set(host.name, await nodeState(remote, host))),
  )
  const managers = hostsOf(fleet, "manager")
  let seed = managers.find((host) => states.get(host.name) === "active")
  if (seed === undefined) {
    seed = managers[0]
    if (seed === undefined) throw new Failure("the environment has no manager host")
    report(`initialising the Swarm on ${seed.name}`)
    await initialise(fleet, remote, seed)
    states.set(seed.name, "active")
  }
  const tokens = await joinTokens(remote, seed)
  for (const host of managers) {
    if (states.get(host.name) === "active") continue
    report(`${host.name} joins as manager`)
    await join(remote, host, seed, tokens.Manager)
  }
  const workers = swarmHosts(fleet).filter(
    (host) => host.role !== "manager" && states.get(host.name) !== "active",
  )
  if (workers.length > 0) report(`${workers.map((host) => host.name).join(", ")} join as workers`)
  await Promise.all(workers.map((host) => join(remote, host, seed, tokens.Worker)))
}

/** Labels every node with its role and host name and removes dead entries of rebuilt hosts. */
export async function labelNodes(fleet: FleetFile, engine: Engine): Promise<void> {
  const wanted = new Map(swarmHosts(fleet).map((host) => [host.name, host]))
  await waitFor("every host to be a ready Swarm node", { deadlineSeconds: 60 }, async () => {
    const nodes = await engine.get<SwarmNode[]>("/nodes")
    const ready = new Set(
      nodes.filter((n) => n.Status.State === "ready").map((n) => n.Description.Hostname),
    )
    const missing = [...wanted.keys()].filter((name) => !ready.has(name))
    if (missing.length > 0) throw new Failure(`not ready: ${missing.join(", ")}`)
    return true
  })
  for (const node of await engine.get<SwarmNode[]>("/nodes")) {
    const host = wanted.get(node.Description.Hostname)
    if (host === undefined) continue
    if (node.Status.State === "down") {
      await engine.remove(`/nodes/${node.ID}?force=true`)
      continue
    }
    const labels = { role: host.role, host: host.name }
    if (sameLabels(node.Spec.Labels ?? {}, labels)) continue
    await updateSpec<SwarmNode>(engine, `/nodes/${node.ID}`, ({ Spec }) => ({
      ...Spec,
      Labels: { ...Spec.Labels, ...labels },
    }))
  }
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
  return Object.keys(b).every((key) => a[key] === b[key])
}

async function nodeState(remote: Remote, host: FleetHost): Promise<NodeState> {
  const info = await dockerApi<{ Swarm: { LocalNodeState: NodeState } }>(
    remote,
    host,
    "GET",
    "/info",
  )
  return info.Swarm.LocalNodeState
}

async function initialise(fleet: FleetFile, remote: Remote, host: FleetHost): Promise<void> {
  await dockerApi(remote, host, "POST", "/swarm/init", {
    ListenAddr: `${host.privateAddress}:2377`,
    AdvertiseAddr: host.privateAddress,
    DataPathAddr: host.privateAddress,
    DefaultAddrPool: [fleet.network.overlayPool],
    SubnetSize: overlayPrefixBits,
    Spec: {},
  })
}

async function joinTokens(
  remote: Remote,
  host: FleetHost,
): Promise<{ Manager: string; Worker: string }> {
  const swarm = await dockerApi<{ JoinTokens: { Manager: string; Worker: string } }>(
    remote,
    host,
    "GET",
    "/swarm",
  )
  return swarm.JoinTokens
}

async function join(
  remote: Remote,
  host: FleetHost,
  seed: FleetHost,
  token: string,
): Promise<void> {
  await dockerApi(remote, host, "POST", "/swarm/join", {
    ListenAddr: `${host.privateAddress}:2377`,
    AdvertiseAddr: host.privateAddress,
    DataPathAddr: host.privateAddress,
    RemoteAddrs: [`${seed.privateAddress}:2377`],
    JoinToken: token,
  })
}

async function dockerApi<T>(
  remote: Remote,
  host: FleetHost,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<T> {
  const data =
    body === undefined ? "" : " --header 'content-type: application/json' --data-binary @-"
  const result = await remote.exec(
    host.name,
    `curl --silent --show-error --fail-with-body --max-time 60 --request ${method}${data} --unix-socket /run/docker.sock http://docker/v1.44${path}`,
    { input: body === undefined ? "" : JSON.stringify(body) },
  )
  return (result.stdout.trim() === "" ? undefined : JSON.parse(result.stdout)) as T
}
