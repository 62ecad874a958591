import { setTimeout as delay } from "node:timers/promises"
import type { Desired } from "../deploy/desired.ts"
import { type Execution, execute } from "../deploy/execute.ts"
import { type FleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import { desiredNetworks } from "../deploy/networks.ts"
import type { Operation, Plan } from "../deploy/reconcile.ts"
import type { SwarmNode } from "../deploy/swarm-types.ts"
import { namespaceLabel, stackName } from "../deploy/swarm-types.ts"
import type { Engine } from "../io/engine.ts"
import type { Remote } from "../io/ssh.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { updateSpec } from "../io/update-spec.ts"
import { settingsService } from "./database-settings.ts"
import { deliveries } from "./delivered-files.ts"
import type { Difference } from "./difference.ts"
import type { Live } from "./live.ts"
import { wantedLabels } from "./nodes.ts"

type Report = (line: string) => void

/**
 * The operations that undo drift of services and configs, in apply's order.
 * Pending changes stay with apply and its guards, and so does a service that
 * has both.
 */
export function healPlan(differences: Difference[], desired: Desired, live: Live): Plan {
  const drifted = (object: Difference["object"]) =>
    new Set(
      differences
        .filter((one) => one.kind === "drift" && one.object === object)
        .map((one) => one.name),
    )
  const waiting = new Set(
    differences.filter((one) => one.kind === "pending").map((one) => one.name),
  )
  const current = new Map(live.allServices.map((service) => [service.Spec.Name, service]))
  const services = drifted("service")
  const configs = [...drifted("config")].map(
    (name): Operation => ({ kind: "create-config", name, cause: "drift: it was gone or altered" }),
  )
  const changed = desired.services
    .filter((service) => services.has(service.name) && !waiting.has(service.name))
    .map((service): Operation => {
      const found = current.get(service.name)
      const fields = differences.filter((one) => one.name === service.name).map((one) => one.field)
      return found === undefined
        ? { kind: "create-service", service, cause: "drift: it was gone" }
        : { kind: "update-service", service, live: found, cause: `drift: ${fields.join(", ")}` }
    })
  const creates = changed.some((operation) => operation.kind === "create-service")
  const present = new Set(live.secrets.map((secret) => secret.Spec.Name))
  const secrets = desired.secrets
    .filter((secret) => creates && secret.value !== "" && !present.has(secret.name))
    .map(({ name }): Operation => ({ kind: "create-secret", name, cause: "drift: it was gone" }))
  const wanted = new Set(desired.services.map((service) => service.name))
  const removed = live.allServices
    .filter(({ Spec }) => services.has(Spec.Name) && !wanted.has(Spec.Name))
    .filter(({ Spec }) => Spec.Labels?.[namespaceLabel] === stackName)
    .map(
      ({ ID, Spec }): Operation => ({
        kind: "remove-service",
        name: Spec.Name,
        id: ID,
        cause: "drift: not in git",
      }),
    )
  const gone = drifted("network")
  const networks = desiredNetworks(desired.services)
    .filter(({ name }) => gone.has(name) && !live.allNetworks.some((one) => one.Name === name))
    .map(
      (network): Operation => ({
        kind: "create-network",
        name: network.name,
        network,
        cause: "drift: it was gone",
      }),
    )
  return { operations: [...configs, ...secrets, ...networks, ...changed, ...removed] }
}

/** What is to be undone, and the operations that do it for services and configs. */
export interface Healing {
  plan: Plan
  differences: Difference[]
  desired: Desired
  live: Live
}

/** Undoes the drift in a list of differences. The caller holds the deploy lock. */
export async function heal(
  { plan, differences, desired, live }: Healing,
  fleet: FleetFile,
  connection: SwarmConnection,
  execution: Execution,
): Promise<void> {
  const { report } = execution
  const drift = differences.filter((one) => one.kind === "drift")
  // Labels first: where tasks may run depends on them.
  await healNodes(drift, fleet, live.nodes, connection.engine, report)
  await removeAltered(drift, live, connection.engine, report)
  if (plan.operations.length > 0) await execute(plan, desired, connection, execution)
  await healFiles(drift, live, fleet, connection.remote, report)
}

async function healNodes(
  drift: Difference[],
  fleet: FleetFile,
  nodes: SwarmNode[],
  engine: Engine,
  report: Report,
): Promise<void> {
  const names = new Set(
    drift
      .filter((one) => one.object === "node" && one.field.startsWith("Spec."))
      .map((one) => one.name),
  )
  for (const host of swarmHosts(fleet).filter((one) => names.has(one.name))) {
    const node = nodes.find(
      (one) => one.Description.Hostname === host.name && one.Status.State === "ready",
    )
    if (node === undefined) continue
    report(`${host.name}: role, availability and labels as in git`)
    await updateSpec<SwarmNode>(engine, `/nodes/${node.ID}`, ({ Spec }) => ({
      ...Spec,
      Role: host.role === "manager" ? "manager" : "worker",
      Availability: "active",
      Labels: wantedLabels(host),
    }))
    // Managers take a change of role one at a time.
    await delay(500)
  }
}

/** A config's data cannot be changed: the altered one has to go; Swarm refuses while it is mounted. */
async function removeAltered(
  drift: Difference[],
  live: Live,
  engine: Engine,
  report: Report,
): Promise<void> {
  for (const { name } of drift.filter((one) => one.object === "config" && one.field === "Data")) {
    const config = live.allConfigs.find((one) => one.Spec.Name === name)
    if (config === undefined) continue
    report(`${name}: removing the altered content`)
    await engine.remove(`/configs/${config.ID}`)
  }
}

/** Runs the delivery again, which validates the files, replaces them and reloads the daemon. */
async function healFiles(
  drift: Difference[],
  live: Live,
  fleet: FleetFile,
  remote: Remote,
  report: Report,
): Promise<void> {
  const files = drift.filter((one) => one.object === "file")
  const settings = drift.some((one) => one.object === "setting")
  for (const { service, component, directory, hosts } of deliveries(live.services, fleet)) {
    for (const host of hosts) {
      const own = files.filter((one) => one.name.startsWith(`${host}:${directory}/`))
      // The REST API changes them for all members, whichever is asked.
      const isFirst = service === settingsService && host === hosts[0]
      if (own.length === 0 && !(settings && isFirst)) continue
      report(`${host}: delivering the files of ${component} again`)
      const strangers = own
        .filter((one) => one.wanted === null && one.live !== null)
        .map((one) => `'${one.name.slice(host.length + 1).replaceAll("'", "'\\''")}'`)
      const remove =
        strangers.length === 0 ? "" : `docker exec "$id" rm -f ${strangers.join(" ")} && `
      await remote.exec(
        host,
        `id=$(docker ps --quiet --filter label=com.docker.swarm.service.name=${service} | head -n 1); ${remove}docker exec "$id" /usr/local/libexec/deliver-${component}`,
        { timeoutSeconds: 60 },
      )
    }
  }
}
