import type { Leader } from "./desired.ts"
import type { ServiceSpec } from "./swarm-types.ts"

/** How to take back what a run did to one service, and where it stands in the rollout. */
export type Undo = { name: string } & Place &
  ({ kind: "restore"; id: string; spec: ServiceSpec } | { kind: "remove" })

/** As the desired service has it (desired.ts). */
interface Place {
  wave: number
  leader: Leader | undefined
  host: string | undefined
  /** Absent in what an older version left behind. */
  deadlineSeconds?: number
}

/** One change to take back, and whether its host leads and has to hand over before. */
export interface Step {
  undo: Undo
  leads: boolean
}

/** Changes by wave, the last wave first; each in the order they were made. */
export function wavesBackwards(undo: readonly Undo[]): Undo[][] {
  const byWave = Map.groupBy(undo, ({ wave }) => wave)
  return [...byWave.entries()].sort(([a], [b]) => b - a).map(([, wave]) => wave)
}

/**
 * The order in which the changes of one wave are taken back, one at a time: the
 * mirror of `rollSequence`. First the services that share a leader, that of the
 * leading host last; then, backwards, the others. What is only removed leads nobody:
 * nobody was there before it to take over. `leading` is the host that leads now,
 * which need not be the one that led when the change was made.
 */
export function restoreSequence(
  wave: readonly Undo[],
  leading: ReadonlyMap<Leader, string | undefined>,
): Step[] {
  const steps = wave.toReversed().map((undo) => ({ undo, leads: leads(undo, leading) }))
  const shares = ({ undo }: Step) => undo.kind === "restore" && undo.leader !== undefined
  return [
    ...steps.filter(shares).toSorted((a, b) => Number(a.leads) - Number(b.leads)),
    ...steps.filter((step) => !shares(step)),
  ]
}

function leads(undo: Undo, leading: ReadonlyMap<Leader, string | undefined>): boolean {
  const { kind, leader, host } = undo
  if (kind === "remove" || leader === undefined || host === undefined) return false
  return leading.get(leader) === host
}
