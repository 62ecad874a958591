import { stackName } from "../deploy/swarm-types.ts"

/** One line that a container wrote. */
export interface LogLine {
  /** RFC 3339 in UTC with nine digits of a second, so that texts compare as times. */
  time: string
  host: string
  /** Short name, e.g. `haproxy-1`. */
  service: string
  /** Swarm's name of the task, without the stack's: `app.3.<id>`. */
  task: string
  text: string
}

const shape =
  /^(?<task>[\w.-]+) (?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z) ?(?<text>.*)$/su

/**
 * A line as the host's script prints it: `<task> <time> <text>`. Undefined for what is none:
 * Docker's own complaint about a container that is about to be removed.
 */
export function parseLine(host: string, line: string): LogLine | undefined {
  const found = shape.exec(line)?.groups
  if (found === undefined) return undefined
  const { task = "", time = "", text = "" } = found
  const short = task.startsWith(`${stackName}_`) ? task.slice(stackName.length + 1) : task
  // A service's name has no dot: what follows is the slot, or the node of a global one.
  const service = short.split(".")[0] ?? short
  return { time: nineDigits(time), host, service, task: short, text: text.replace(/\r$/, "") }
}

/** A line as the store prints it: the host before the rest. */
export function parseStoredLine(line: string): LogLine | undefined {
  const space = line.indexOf(" ")
  return parseLine(line.slice(0, space), line.slice(space + 1))
}

/** The lines of all hosts in the order of their times, the newest `most` of them. */
export function merge(lines: readonly LogLine[], most = Number.POSITIVE_INFINITY): LogLine[] {
  const ordered = lines.toSorted((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1))
  return ordered.slice(Math.max(0, ordered.length - most))
}

/** A line as a person reads it: time, host and task before the text. */
export function lineText({ time, host, task, text }: LogLine): string {
  return `${time.slice(0, 23)}Z ${host} ${shortTask(task)} | ${printable(text)}`
}

/** `app.3` of a replicated service, `node-exporter` of a global one, whose host says which. */
function shortTask(task: string): string {
  const [service = "", slot = ""] = task.split(".")
  return /^\d+$/.test(slot) ? `${service}.${slot}` : service
}

/** What a client made a service log must not steer the terminal of whoever reads it. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) =>
    character === "\t" ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  )
}

/** Docker writes nine digits, rsyslog as many as there were. */
function nineDigits(time: string): string {
  const [second = "", fraction = ""] = time.slice(0, -1).split(".")
  return `${second}.${fraction.padEnd(9, "0")}Z`
}
