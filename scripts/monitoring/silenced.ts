import { Failure, messageOf } from "../io/failure.ts"
import { onInterrupt } from "../io/interrupt.ts"
import type { MonitoringAccess, Silence } from "./access.ts"

type Access = Pick<MonitoringAccess, "silence" | "expireSilence">

/**
 * Does the work while alerts that it may raise are silenced. The silences end with
 * it, however it ends; those of a run that is killed end at their own time. One that
 * cannot be made or ended is reported, and stops nothing.
 */
export async function whileSilenced<T>(
  access: Access | null,
  silences: Silence[],
  report: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (access === null || silences.length === 0) return work()
  const ids: string[] = []
  const expire = async () => {
    const ended = ids.splice(0).map((id) => tell(access.expireSilence(id), report))
    await Promise.all(ended)
  }
  const forget = onInterrupt(expire)
  try {
    const made = silences.map(async (silence) => {
      const id = await tell(access.silence(silence), report)
      if (id === undefined) return []
      ids.push(id)
      return alertOf(silence)
    })
    const names = (await Promise.all(made)).flat()
    if (names.length > 0) report(`silenced until it ends: ${names.join(", ")}`)
    return await work()
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
