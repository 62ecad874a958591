import { join } from "node:path"
import type { FleetFile } from "../../scripts/deploy/fleet-file.ts"
import type { DrillContext } from "../../scripts/drills/drill.ts"
import { atMost, type Bound } from "../../scripts/drills/report.ts"
import { type CommandResult, run } from "../../scripts/io/command.ts"
import { list, listFiles, readText } from "../../scripts/io/files.ts"
import type { State } from "../../scripts/io/state.ts"
import {
  type Evidence,
  found,
  leaks,
  needles,
  type Planted,
} from "../../scripts/secrets/needles.ts"
import { foundInImages, gatherFleet, imagesOfBox, inEveryBox, watchProcesses } from "./evidence.ts"

/** What a search through everything found, ready for a report. */
export interface Searched {
  bound: Bound
  details: {
    placesSearched: number
    kinds: string[]
    searchedFor: string[]
    /** `place: what`, never a value. */
    leaks: string[]
  }
}

/** Collects what is said and shown while secrets move, and looks for them in all of it. */
export interface LeakSearch {
  /** Plants what this machine knows now; to be called again after each change. */
  plant(): void
  /** Plants one more value. */
  plantValue(what: string, value: string): void
  /** Keeps what a command printed. */
  said(what: string, result: CommandResult): CommandResult
  /** Runs the CLI and keeps what it prints. */
  quickcart(args: string[], environment?: Record<string, string>): Promise<CommandResult>
  /** Does something with every process list of the machine watched. */
  watched<T>(what: string, body: () => Promise<T>): Promise<T>
  /** Leaks in what was said and watched until now, as `place: what`. */
  shown(): string[]
  /** Gathers everything else there is to see, and looks for all that was planted. */
  search(): Promise<Searched>
}

/** Opens a search for the secrets of one environment of the box. */
export function openLeakSearch(context: DrillContext): LeakSearch {
  const { repository, fleet, state } = context
  const evidence: Evidence = new Map()
  const planted = new Map<string, Planted>()
  const add = (one: Planted) => void planted.set(`${one.what} ${one.value}`, one)
  const said = (what: string, result: CommandResult) => {
    evidence.set(`output ${evidence.size} of ${what}`, `${result.stdout}${result.stderr}`)
    return result
  }
  return {
    plant: () => plantedIn(fleet, state).forEach(add),
    plantValue: (what, value) => add({ what, value, belongsIn: [] }),
    said,
    quickcart: async (args, environment = {}) => {
      const options = { workingDirectory: repository, environment, allowFailure: true }
      const argv = [process.execPath, "scripts/quickcart.js", ...args]
      return said(args.join(" "), await run(argv, options))
    },
    watched: async (what, body) => {
      const watch = watchProcesses()
      try {
        return await body()
      } finally {
        evidence.set(`${watchedPlace} ${what}`, watch.stop())
      }
    },
    shown: () => {
      checkWatched(evidence)
      return leaks(evidence, [...planted.values()])
    },
    search: async () => {
      for (const [place, text] of gatherFiles(repository)) evidence.set(place, text)
      for (const [place, text] of await gatherFleet(context)) evidence.set(place, text)
      const all = [...planted.values()]
      checkWatched(evidence)
      checkSearch(evidence, all)
      const images = imagesOfBox(repository, fleet.environment)
      const wanted = all.flatMap(({ value }) => needles(value))
      const inImages = new Set(await foundInImages(wanted, images))
      const inLayers = all.filter(({ value }) => needles(value).some((one) => inImages.has(one)))
      const everywhere = [
        ...leaks(evidence, all),
        ...inLayers.map(({ what }) => `the layers of our images: ${what}`),
      ]
      return {
        bound: atMost("places that hold a secret's value", everywhere.length, 0),
        details: {
          placesSearched: evidence.size + images.length,
          kinds: [...new Set([...evidence.keys(), "image layers"].map(kindOf))].sort(),
          searchedFor: all.map(({ what }) => what),
          leaks: everywhere,
        },
      }
    },
  }
}

/**
 * What must be seen nowhere: every secret of the environment, what the box makes beside them, the
 * keys of its authorities, and the private SSH keys of deployer and hosts. A host has its own key.
 */
function plantedIn(fleet: FleetFile, state: State): Planted[] {
  const names = new Set([...fleet.secrets, ...fleet.credentials.map(({ name }) => name)])
  const isMeant = (name: string) =>
    names.has(name) || name === "naming.key" || /^(internal_)?ca\.key$/.test(name)
  const secrets = list(state.path("secrets")).filter(isMeant)
  const missing = [...names].filter((name) => !secrets.includes(name))
  if (missing.length > 0) throw new Error(`not planted, as not in the state: ${missing.join(", ")}`)
  const hosts = fleet.hosts.map(({ name }) => ({
    what: `the SSH key of ${name}`,
    value: read(state, "ssh", "hosts", name),
    belongsIn: [`etc of ${name}`, `cloud of ${name}`],
  }))
  return [
    ...secrets.map((name) => ({ what: name, value: read(state, "secrets", name), belongsIn: [] })),
    { what: "the deployer's SSH key", value: read(state, "ssh", "deploy_key"), belongsIn: [] },
    ...hosts,
  ]
}

function read(state: State, ...path: string[]): string {
  const text = state.read(...path)
  if (text === undefined) throw new Error(`the state has no ${path.join("/")}`)
  return text
}

/** What is committed or written down. */
function gatherFiles(repository: string): Evidence {
  const evidence: Evidence = new Map()
  for (const folder of ["stacks", "reports", "environments"]) {
    for (const path of listFiles(join(repository, folder))) {
      evidence.set(`${folder}/${path}`, readText(join(repository, folder, path)) ?? "")
    }
  }
  return evidence
}

const watchedPlace = "process lists during"

/** A watch that saw no process of a host proves nothing. */
function checkWatched(evidence: Evidence): void {
  const lists = [...evidence].filter(([place]) => place.startsWith(watchedPlace))
  const blind = lists.find(([, text]) => !text.includes(inEveryBox))
  if (blind !== undefined) throw new Error(`no process of a host was seen in the ${blind[0]}`)
}

/** A search that could find nothing proves nothing: where a key belongs, it must be found. */
function checkSearch(evidence: Evidence, planted: Planted[]): void {
  for (const { what, value, belongsIn } of planted) {
    const wanted = needles(value)
    const isPublic = value.includes("CERTIFICATE") && !value.includes("PRIVATE KEY")
    if (wanted.length < 4 && !isPublic) throw new Error(`nothing to search for of ${what}`)
    if (isPublic) continue
    for (const place of belongsIn) {
      const seen = found(evidence.get(place) ?? "", wanted).length > 0
      if (!seen) throw new Error(`${what} should be in ${place} and was not found there`)
    }
  }
}

/** A place without the host or file that tells it from others of its kind. */
function kindOf(place: string): string {
  return place.replace(/\/.*| of .*/, "").replace(/ \d+$/, "")
}
