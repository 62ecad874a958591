import type { Operation } from "../deploy/reconcile.ts"

/** When an operation happens: those of one wave overlap, and so do all removals. */
export function momentOf(operation: Operation): string {
  return "service" in operation ? `wave ${operation.service.wave}` : "the removals"
}

/** Whether the service is changed alone: those that share a leader are, the leader last. */
export function rollsAlone(operation: Operation): boolean {
  return "service" in operation && operation.service.leader !== undefined
}

/** Name in Swarm of what an operation is about. */
export function nameOf(operation: Operation): string {
  return "service" in operation ? operation.service.name : operation.name
}
