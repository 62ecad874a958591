import type { DesiredService } from "./desired.ts"
import type { Operation, Plan } from "./reconcile.ts"

/** What sends a service; the others make and remove what it needs. */
export type ServiceOperation = Extract<Operation, { service: DesiredService }>

/** Services that change together, and whether one of them leads. */
export interface Batch<T> {
  operations: T[]
  /** Host that leads, when this batch changes it. */
  leading: string | undefined
}

type Rolled = {
  kind: "create-service" | "update-service"
  service: Pick<DesiredService, "name" | "leader" | "host">
}

/**
 * The order within one wave: first, all at once, what is new or has no leader;
 * then, one at a time, the services that share a leader, that of the leading
 * host last. `leading` is the host that leads now, by leader.
 */
export function rollSequence<T extends Rolled>(
  wave: readonly T[],
  leading: ReadonlyMap<string, string | undefined>,
): Batch<T>[] {
  const isFree = ({ kind, service }: T) => kind === "create-service" || service.leader === undefined
  const free = wave.filter(isFree)
  const leads = ({ service }: T) =>
    service.leader !== undefined && service.host === leading.get(service.leader)
  const alone = wave
    .filter((operation) => !isFree(operation))
    .toSorted((a, b) => Number(leads(a)) - Number(leads(b)))
  return [
    ...(free.length === 0 ? [] : [{ operations: free, leading: undefined }]),
    ...alone.map((operation) => ({
      operations: [operation],
      leading: leads(operation) ? operation.service.host : undefined,
    })),
  ]
}

/** What is sent, wave after wave. */
export function wavesOf(plan: Plan): ServiceOperation[][] {
  const services = plan.operations.filter(
    (operation): operation is ServiceOperation => "service" in operation,
  )
  const byWave = Map.groupBy(services, (operation) => operation.service.wave)
  return [...byWave.entries()].sort(([a], [b]) => a - b).map(([, operations]) => operations)
}

/** The longest that a plan may take until its last wave has converged or failed, in seconds. */
export function deadlineSecondsOf(plan: Plan): number {
  const batches = wavesOf(plan).flatMap((wave) => rollSequence(wave, new Map()))
  const longest = batches.map(({ operations }) =>
    Math.max(...operations.map(({ service }) => service.deadlineSeconds)),
  )
  return longest.reduce((sum, seconds) => sum + seconds, 0)
}
