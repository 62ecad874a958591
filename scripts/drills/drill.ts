import type { FleetFile } from "../deploy/fleet-file.ts"
import type { State } from "../io/state.ts"
import type { Measured } from "./report.ts"

/** What a drill works with. The fleet is up, healthy and equal to the commit when it starts. */
export interface DrillContext {
  repository: string
  fleet: FleetFile
  state: State
  report: (line: string) => void
  /** Every repetition the drill is meant to have, or the few that each test run can afford. */
  thorough: boolean
  /** Parts of a drill that were asked for by name; all when empty or undefined. */
  only?: readonly string[]
}

/** Something broken on purpose, measured from the client's side. It repairs what it broke. */
export interface Drill {
  name: string
  summary: string
  /** Takes long, or compares times closely, which only a quiet machine allows: not in `npm test`. */
  onlyThorough?: true
  /** Environment whose box it runs on; `local` when undefined. */
  environment?: "local-data"
  /** Names of its parts, of which `--only` chooses some. */
  parts?: readonly string[]
  run(context: DrillContext): Promise<Measured>
}
