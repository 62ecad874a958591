import type { DesiredService } from "./desired.ts"

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
