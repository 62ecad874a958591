import { suggestion } from "../../schema/closest.ts"
import { parseDurationSeconds } from "../../schema/quantity.ts"
import { type FleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import type { LogQuery } from "./host-script.ts"
import type { KnownService } from "./services.ts"

/** The options of `quickcart logs` as they were typed. */
export interface LogOptions {
  since?: string
  until?: string
  host?: string
  grep?: string
  lines?: string
  follow?: boolean
  store?: boolean
  json?: boolean
}

/** As many as a terminal scrolls back at ease. */
const defaultLines = 200
/** Of each container, before what is new. */
const defaultFollowedLines = 10

/** More would not fit into memory on the way here; the text narrows it down. */
const mostLines = 100_000

/** What the options ask of these services. Throws a Failure for what cannot be understood. */
export function queryOf(fleet: FleetFile, services: KnownService[], options: LogOptions): LogQuery {
  if (options.follow === true && (options.store === true || options.until !== undefined)) {
    throw new Failure("--follow asks the hosts for what is new: leave out --store and --until.")
  }
  return {
    services,
    since: parseTime("--since", options.since),
    until: parseTime("--until", options.until),
    host: options.host === undefined ? undefined : parseHost(fleet, options.host),
    grep: options.grep === undefined ? undefined : parseText(options.grep),
    lines: parseLines(
      options.lines ?? String(options.follow === true ? defaultFollowedLines : defaultLines),
    ),
  }
}

/** Seconds before now, or a moment in UTC. */
function parseTime(option: string, text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined
  if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return Math.ceil(parseDurationSeconds(text))
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const moment = isTime ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(moment)) return new Date(moment).toISOString()
  throw new Failure(
    `${option} takes a span (10m, 2h, 1d) or a time with its zone (2026-11-28T15:00:00Z), not "${text}".`,
  )
}

function parseHost(fleet: FleetFile, name: string): string {
  const names = swarmHosts(fleet).map((host) => host.name)
  if (names.includes(name)) return name
  throw new Failure(`${fleet.environment} has no Swarm host "${name}": ${suggestion(name, names)}`)
}

function parseText(text: string): string {
  if (text !== "" && !text.includes("\n")) return text
  throw new Failure("--grep takes a text of one line that each line has to contain.")
}

function parseLines(text: string): number {
  const lines = Number(text)
  if (/^\d+$/.test(text) && lines >= 1 && lines <= mostLines) return lines
  throw new Failure(`--lines takes a number from 1 to ${mostLines}, not "${text}".`)
}
