import type { MonitoringAccess } from "../../monitoring/access.ts"
import type { DrillContext } from "../drill.ts"
import type { Pace, Rule } from "./rules.ts"

/** Parts of a fleet that a fault has for itself: two faults with a part in common never run at once. */
export type Part =
  | "app"
  | "app-node"
  | "edge"
  | "database"
  | "etcd"
  | "redis"
  | "object-storage"
  | "docker"
  | "node-exporter"
  | "postgres-exporter"
  | "redis-exporter"
  | "certificate-prober"
  | "alertmanager"

/** An alert that a fault has to fire. */
export interface Expected {
  alert: string
  /** The alert that says it already: Alertmanager has to hold this one back. */
  heldBackBy?: string
  /**
   * Seconds after the break until what the alert asks is true, e.g. a failover or the errors of a
   * budget. Without it, it is true as soon as the break is done.
   */
  holdsAfterSeconds?: number
  /** It looks back, and so goes on firing after the repair. */
  lingers?: true
}

/** Something broken for as long as its alerts need to fire, and what has to be said of it. */
export interface Fault {
  name: string
  /** What is broken, for a person. */
  summary: string
  touches: readonly Part[]
  must: readonly Expected[]
  /** Alerts that may fire too, and why. All others must not. */
  may?: Readonly<Record<string, string>>
  /** Short enough for every test run. */
  fast?: true
  /**
   * Breaks it, and returns once it is broken. Each step's repair is given to `undo`
   * before the step is done; the newest is called first.
   */
  break(on: FaultContext): Promise<Broken | undefined>
}

export interface FaultContext extends DrillContext {
  monitoring: MonitoringAccess
  /** The rules that the fleet's Prometheus has, by alert. */
  rules: ReadonlyMap<string, Rule>
  pace: Pace
  undo(repair: () => Promise<unknown>): void
}

/** What is known only once it is broken. */
export interface Broken {
  /** Hosts that do not answer meanwhile, so that a runbook's command on one has to fail. */
  downHosts?: readonly string[]
  /** `holdsAfterSeconds` for all of its alerts. */
  holdsAfterSeconds?: number
}

/**
 * Whether two faults would spoil each other's result: they break the same part, wait for
 * the same alert, or one takes away the Alertmanager that has to hold back the other's.
 */
export function interferes(a: Fault, b: Fault): boolean {
  const breaksOther = (one: Fault, other: Fault) =>
    one.touches.includes("alertmanager") && other.must.some(({ heldBackBy }) => heldBackBy)
  return (
    a.touches.some((part) => b.touches.includes(part)) ||
    a.must.some(({ alert }) => b.must.some((other) => other.alert === alert)) ||
    breaksOther(a, b) ||
    breaksOther(b, a)
  )
}

/** Those that can begin beside what runs. None overtakes an earlier one that it interferes with. */
export function nextFaults(waiting: readonly Fault[], running: readonly Fault[]): Fault[] {
  return waiting.filter((fault, index) =>
    [...running, ...waiting.slice(0, index)].every((other) => !interferes(fault, other)),
  )
}
