import { createTwoFilesPatch } from "diff"
import { parseEnvironment } from "../../schema/parse.ts"
import type { DesiredService } from "../deploy/desired.ts"
import type { Observed } from "../deploy/observe.ts"
import type { Operation, Plan } from "../deploy/reconcile.ts"
import type { SwarmService } from "../deploy/swarm-types.ts"
import type { Refusal } from "../guard/index.ts"
import type { Attribution } from "./attribute.ts"
import { causes, liveCauses, serviceCauses } from "./causes.ts"
import { cost } from "./cost.ts"
import { definitionOf, durableVolumes, placedOn } from "./definition.ts"
import { headroom } from "./headroom.ts"
import { hostImpact } from "./host-impact.ts"
import { type HostChange, hostChanges } from "./hosts.ts"
import { createImpact, type ImpactContext, removeImpact, updateImpact } from "./impact.ts"
import { liveDurableVolumes } from "./live-volumes.ts"
import type { Cause, FileDiff, FleetPlan, Impact, PlanHost, PlanOperation } from "./model.ts"
import type { Snapshot } from "./snapshot.ts"
import { vrrpTiming } from "./vrrp.ts"

/** All that a plan is made of; nothing else is read. */
export interface PlanInput {
  environment: string
  from: string
  to: string
  plan: Plan
  /** Files behind what is live; undefined when no commit is known to have made it. */
  base: Snapshot | undefined
  target: Snapshot
  observed: Observed
  hostsBefore: PlanHost[]
  attribution: Attribution | undefined
  refusals: Refusal[]
  notes: string[]
}

/** Joins what has to happen with why, what people will notice, and what it costs. Pure. */
export function buildPlan(input: PlanInput): FleetPlan {
  const { base, target, hostsBefore } = input
  const hosts = hostChanges(hostsBefore, target.fleet.hosts)
  const operations = [
    ...hosts.filter(({ kind }) => kind === "create-host").map((one) => hostOperation(one, input)),
    ...hosts.filter(({ kind }) => kind === "change-host").map((one) => hostOperation(one, input)),
    ...input.plan.operations.map((operation) => describe(operation, input)),
    ...hosts.filter(({ kind }) => kind === "destroy-host").map((one) => hostOperation(one, input)),
  ]
  const sizing = (snapshot: Snapshot, hosts: PlanHost[]) => ({
    hosts,
    services: snapshot.desired.services,
    spec: parseEnvironment(snapshot.specText ?? "", "").spec,
  })
  return {
    environment: input.environment,
    from: input.from,
    to: input.to,
    operations,
    headroom: headroom(
      base === undefined ? undefined : sizing(base, hostsBefore),
      sizing(target, target.fleet.hosts),
    ),
    cost: cost(target.fleet.provider.name, hostsBefore, target.fleet.hosts),
    refusals: input.refusals,
    notes: [...input.notes, ...notes(operations, base, target)],
    diffs: base === undefined ? [] : diffs(base, target),
  }
}

function hostOperation(change: HostChange, { attribution }: PlanInput): PlanOperation {
  const { kind, host } = change
  const size = [`${host.vcpu} vCPU`, `${host.memoryBytes / 1e9} GB`, host.size ?? []].flat()
  const changes =
    kind === "change-host" ? change.changes : [{ path: [], before: undefined, after: undefined }]
  const found = causes(changes, `host ${host.name}`, attribution)
  return {
    kind,
    name: host.name,
    summary: size.join(", "),
    causes: found.filter((cause) => cause.field !== "" || cause.origins.length > 0),
    impact: hostImpact(change),
  }
}

function describe(operation: Operation, input: PlanInput): PlanOperation {
  if (operation.kind === "create-service") {
    const { name, wave } = operation.service
    const impact = createImpact(operation.service)
    return { kind: operation.kind, name, wave, summary: operation.cause, causes: [], impact }
  }
  if (operation.kind === "update-service") {
    return describeUpdate(operation, input, impactContext(operation.service, input))
  }
  const { kind, name, cause } = operation
  const impact = kind === "remove-service" ? removal(name, input) : objectImpact(operation)
  return { kind, name, summary: cause, causes: [], impact }
}

function impactContext({ wave, leader }: DesiredService, { target }: PlanInput): ImpactContext {
  const { services, configs } = target.desired
  const members = services.filter((other) => other.wave === wave && other.leader === leader)
  return { fleet: target.fleet, vrrp: vrrpTiming(configs), members: members.length }
}

function describeUpdate(
  operation: Extract<Operation, { kind: "update-service" }>,
  { base, attribution }: PlanInput,
  context: ImpactContext,
): PlanOperation {
  const { kind, service, live, cause } = operation
  const previous = baseService(base, live)
  const found: Cause[] =
    previous === undefined
      ? liveCauses(live, service)
      : serviceCauses(previous, service, attribution)
  // Fields are only complete when both definitions are known.
  const fields = previous === undefined ? [] : found.map(({ field }) => field)
  const impact = updateImpact(service, fields, context)
  return { kind, name: service.name, wave: service.wave, summary: cause, causes: found, impact }
}

/** The files' definition that is live; undefined when the live one came from elsewhere. */
function baseService(base: Snapshot | undefined, live: SwarmService): DesiredService | undefined {
  const hash = live.Spec.Labels?.["quickcart.spec-hash"]
  return base?.desired.services.find(
    (service) => service.name === live.Spec.Name && service.specHash === hash,
  )
}

function removal(name: string, { base, observed }: PlanInput): Impact {
  const previous = base?.desired.services.find((service) => service.name === name)
  if (previous !== undefined) return removeImpact(durableVolumes(previous))
  const live = observed.services.find((service) => service.Spec.Name === name)
  return removeImpact(live === undefined ? [] : liveDurableVolumes(live))
}

const objectReasons: Partial<Record<Operation["kind"], string>> = {
  "create-config": "nothing reads it yet",
  "create-secret": "nothing reads it yet",
  "create-network": "no task is attached to it yet",
  "prune-config": "nothing reads it any more",
  "prune-secret": "nothing reads it any more",
  "remove-network": "no task of ours is attached to it any more; it stays while anything else is",
}

function objectImpact({ kind }: Operation): Impact {
  const lost =
    kind === "prune-secret"
      ? "git holds no values: a revert uses the secret's value of that day"
      : ""
  return {
    kind: "none",
    unavailable: { expectedSeconds: 0, atMostSeconds: 0 },
    reason: objectReasons[kind] ?? "",
    reversible: lost === "",
    lost,
  }
}

function notes(
  operations: PlanOperation[],
  base: Snapshot | undefined,
  target: Snapshot,
): string[] {
  const found: string[] = []
  if (operations.some(({ kind }) => kind.endsWith("-host"))) {
    found.push("Hosts are created by `quickcart up`; apply only changes services.")
  }
  if (operations.some(({ kind }) => kind.endsWith("-secret"))) {
    found.push("A git revert brings back definitions and configs, never an older secret value.")
  }
  for (const [path, text] of target.files) {
    const before = base?.files.get(path)
    if (!path.endsWith("cloud-init.yaml") || before === undefined || before === text) continue
    found.push(`${path} changed: only hosts that are created from now on get it.`)
  }
  const stateful = target.desired.services.filter(
    (service) =>
      durableVolumes(service).length > 0 && placedOn(definitionOf(service), "host") === undefined,
  )
  for (const { name } of stateful) {
    if (operations.some((one) => one.kind === "update-service" && one.name === name)) {
      found.push(`${name} keeps data but is bound to no host: it may start on an empty volume.`)
    }
  }
  return found
}

function diffs(base: Snapshot, target: Snapshot): FileDiff[] {
  const paths = [...new Set([...base.files.keys(), ...target.files.keys()])].sort()
  return paths.flatMap((path) => {
    const before = base.files.get(path) ?? ""
    const after = target.files.get(path) ?? ""
    if (before === after) return []
    const patch = createTwoFilesPatch(path, path, before, after, undefined, undefined, {
      context: 2,
    })
    return [{ path, patch: patch.replace(/^Index: .*\n=+\n/, "") }]
  })
}
