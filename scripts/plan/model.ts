import type { FleetFile, FleetHost } from "../deploy/fleet-file.ts"
import type { Refusal } from "../guard/index.ts"

/** A host with what prices and headroom need. */
export interface PlanHost extends FleetHost {
  /** The provider's size name, or null when the provider has none (box). */
  size: string | null
}

/** `fleet.json`, as far as plans read it. */
export interface PlanFleet extends Omit<FleetFile, "hosts"> {
  hosts: PlanHost[]
  /** Absent in files that older renders wrote. */
  objectives?: { edgeFailoverSeconds: number; databaseFailoverSeconds: number }
}

/** Why a field of an operation changes: the place that people edited. */
export interface Origin {
  /** e.g. `environments/production.yaml`, `images/lock.json` or `generators/`. */
  file: string
  /** 1-based; null where the whole file is meant. */
  line: number | null
  /** e.g. `app.replicas`; empty for the whole file. */
  field: string
}

/** One field of the definition that changes, e.g. `deploy.replicas`. */
export interface Cause {
  field: string
  /** Compact JSON, shortened; undefined for a field that is not there. */
  before?: string
  after?: string
  /** Every place that changes the field; empty when that cannot be told. */
  origins: Origin[]
}

export type ImpactKind =
  | "none"
  | "reload"
  | "scale"
  | "rolling restart"
  | "failover"
  | "restart"
  | "create"
  | "job"
  | "remove"

/** What people notice of an operation. */
export interface Impact {
  kind: ImpactKind
  /** Time in which requests fail, in seconds; null where nothing bounds it. */
  unavailable: { expectedSeconds: number; atMostSeconds: number } | null
  /** Operations that name the same outage cause it once together, e.g. one move of the VIP. */
  sharedOutage?: string
  /** Where the numbers come from, one sentence. */
  reason: string
  /** Whether reverting the commit brings back what was there. */
  reversible: boolean
  /** What a revert does not bring back; empty when reversible. */
  lost: string
}

export type PlanOperationKind =
  | "create-host"
  | "change-host"
  | "destroy-host"
  | "create-config"
  | "create-secret"
  | "create-network"
  | "create-service"
  | "update-service"
  | "remove-service"
  | "prune-config"
  | "prune-secret"
  | "remove-network"

export interface PlanOperation {
  kind: PlanOperationKind
  name: string
  /** Services only. */
  wave?: number
  /** One sentence when no field says more. */
  summary: string
  causes: Cause[]
  impact: Impact
}

/** Used and provided of one thing that can run out. */
export interface HeadroomRow {
  name: string
  unit: "cores" | "bytes" | "requests/s" | "connections"
  before: { used: number; provided: number } | null
  after: { used: number; provided: number } | null
  /** How `after.used` comes about, e.g. `app 6 x 0.5 + migration 0.5`. */
  arithmetic: string
}

export interface CostRow {
  role: string
  size: string | null
  /** Price of one host a month; null when the table does not list the size. */
  price: number | null
  countBefore: number
  countAfter: number
}

export interface Cost {
  currency: string
  /** Day of the price table; empty in the box, which costs nothing. */
  asOf: string
  /** Where the prices are from. */
  source: string
  rows: CostRow[]
  /** Totals a month; null when a size has no known price. */
  before: number | null
  after: number | null
}

/** A changed file of `stacks/<env>`, as a unified diff. */
export interface FileDiff {
  path: string
  patch: string
}

/** Everything a person wants to know before applying. */
export interface FleetPlan {
  environment: string
  /** e.g. `the live Swarm` or `main (03ac8d2f2c1b)`. */
  from: string
  /** e.g. `the working tree`. */
  to: string
  operations: PlanOperation[]
  headroom: HeadroomRow[]
  cost: Cost
  /** Guard rules that refuse the plan unless overridden. */
  refusals: Refusal[]
  notes: string[]
  diffs: FileDiff[]
}
