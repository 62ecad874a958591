import { join } from "node:path"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { onInterrupt } from "../io/interrupt.ts"
import { openRemote } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { type Answer, askHosts, followHosts } from "./ask.ts"
import { type LogLine, lineText, merge } from "./line.ts"
import { type LogOptions, queryOf } from "./options.ts"
import { knownServices, selectServices } from "./services.ts"
import { askStore } from "./store.ts"

/** How long followed lines wait for older ones of other hosts. */
const orderingMs = 500

/** The verb `logs <env> <service>`; returns the exit code. */
export async function logsVerb(
  repository: string,
  environment: string,
  service: string,
  options: LogOptions,
): Promise<number> {
  const fleet = readFleetFile(repository, environment)
  const known = knownServices(join(repository, "stacks", environment))
  const query = queryOf(fleet, selectServices(service, known), options)
  // Whoever reads may have seen enough: `quickcart logs ... | head`.
  process.stdout.on("error", () => process.exit(0))
  const remote = openRemote(fleet, openState(repository, environment))
  try {
    if (options.follow === true) {
      const ended = new AbortController()
      const print = printInOrder(options)
      const forget = onInterrupt(async () => {
        ended.abort()
        print.end()
        await remote.close()
      })
      await followHosts(
        fleet,
        remote,
        query,
        { line: print.line, unasked: tellUnasked },
        ended.signal,
      )
      forget()
      return 0
    }
    const ask = options.store === true ? askStore : askHosts
    tell(await ask(fleet, remote, query), options)
    return 0
  } finally {
    await remote.close()
  }
}

function tell({ lines, cut, unasked }: Answer, options: LogOptions): void {
  process.stdout.write(lines.map((line) => `${format(line, options)}\n`).join(""))
  if (cut) note(`only the newest ${lines.length} lines; for more: --lines, --since or --grep`)
  for (const { host, reason } of unasked) tellUnasked(host, reason)
}

/** Prints lines a moment after they came, so that those of all hosts are in order. */
function printInOrder(options: LogOptions) {
  let waiting: LogLine[] = []
  const flush = () => {
    process.stdout.write(
      merge(waiting)
        .map((line) => `${format(line, options)}\n`)
        .join(""),
    )
    waiting = []
  }
  const timer = setInterval(flush, orderingMs)
  return {
    line: (line: LogLine) => void waiting.push(line),
    end: () => {
      clearInterval(timer)
      flush()
    },
  }
}

function format(line: LogLine, { json }: LogOptions): string {
  return json === true ? JSON.stringify(line) : lineText(line)
}

function tellUnasked(host: string, reason: string): void {
  note(`${host} could not be asked: ${reason}`)
}

function note(text: string): void {
  process.stderr.write(`logs: ${text}\n`)
}
