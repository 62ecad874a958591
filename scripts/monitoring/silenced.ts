import { nowMs } from "../io/clock.ts"
import { Failure, messageOf } from "../io/failure.ts"
import { onInterrupt } from "../io/interrupt.ts"
import type { MonitoringAccess, Silence } from "./access.ts"

type Access = Pick<MonitoringAccess, "silence" | "expireSilence">

/**
 * Longest that Prometheus takes to see that all is well again: Docker's DNS is asked every 10 s, then come
 * a scrape and a look at the rules (15 s each), and each may have just gone by.
 */
const noticedSeconds = 60

/**
 * Does the work while alerts that it may raise are silenced. The silences end once monitoring has seen
 * that it is done, or at once when it fails; those of a run that is killed end at their own time. One
 * that cannot be made or ended is reported, and stops nothing.
 */
export async function whileSilenced<T>(
  access: Access | null,
  silences: Silence[],
  report: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (access === null || silences.length === 0) return work()
  const made: { id: string; silence: Silence }[] = []
  const expire = async () => {
    const ended = made.splice(0).map(({ id }) => tell(access.expireSilence(id), report))
    await Promise.all(ended)
  }
  const outlast = async () => {
    const endsAt = new Date(nowMs() + noticedSeconds * 1000).toISOString()
    const short = made.map(({ silence }) => tell(access.silence({ ...silence, endsAt }), report))
    await Promise.all(short)
  }
  const forget = onInterrupt(expire)
  try {
    const begun = silences.map(async (silence) => {
      const id = await tell(access.silence(silence), report)
      if (id !== undefined) made.push({ id, silence })
    })
    await Promise.all(begun)
    const names = made.map(({ silence }) => alertOf(silence))
    if (names.length > 0) report(`silenced until it is done: ${names.join(", ")}`)
    const result = await work()
    await outlast()
    return result
  } finally {
    forget()
    await expire()
  }
}

async function tell<T>(asked: Promise<T>, report: (line: string) => void): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    report(`warning: a silence could not be made or ended: ${messageOf(error)}`)
    return undefined
  }
}

function alertOf({ matchers }: Silence): string {
  const of = (label: string) => matchers.find(({ name }) => name === label)?.value
  const node = of("node")
  return `${of("alertname")}${node === undefined ? "" : ` (${node.replaceAll("|", ", ")})`}`
}
