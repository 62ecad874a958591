import type { EnvironmentSpec, FlashSale } from "../environment.ts"
import { parseDurationSeconds } from "../quantity.ts"
import type { Finding, Rule } from "./rule.ts"

/** A sale on a clock without time zone: only differences between sales matter here. */
interface Slot {
  name: string
  index: number
  /** When the hosts have to be there. */
  fromSeconds: number
  toSeconds: number
}

export const timezone: Rule = {
  id: "time/zone",
  reason: "Backups and flash sales happen at a local time.",
  severity: "error",
  check({ timezone: zone }) {
    if (isTimeZone(zone)) return []
    const message = `"${zone}" is no IANA time zone; write for example Asia/Jakarta or UTC`
    return [{ path: ["timezone"], message }]
  },
}

export const schedule: Rule = {
  id: "flash-sale/schedule",
  reason: "One sale's scaling must not undo another's.",
  severity: "error",
  check(_fleet, spec) {
    const sales = spec.flashSales ?? []
    return [
      ...sales.flatMap((sale, index) => findFaults(sale, index, spec)),
      ...findSharedNames(sales),
      ...findOverlaps(sales.flatMap(toSlot)),
    ]
  },
}

function findFaults(sale: FlashSale, index: number, { hosts }: EnvironmentSpec): Finding[] {
  const findings: Finding[] = []
  if (localSeconds(sale.start) === undefined) {
    const message = `${sale.start} is not in the calendar; write year-month-dayThour:minute`
    findings.push({ path: ["flashSales", index, "start"], message })
  }
  if (parseDurationSeconds(sale.duration) === 0) {
    const message = "is 0, so the sale never happens; write for example 3h"
    findings.push({ path: ["flashSales", index, "duration"], message })
  }
  if (sale.appHosts < hosts.app.count) {
    const message =
      `${sale.appHosts} is below the ${hosts.app.count} app hosts of every day; ` +
      `write ${hosts.app.count} or more`
    findings.push({ path: ["flashSales", index, "appHosts"], message })
  }
  return findings
}

function findSharedNames(sales: FlashSale[]): Finding[] {
  return sales.flatMap((sale, index) => {
    if (sales.findIndex(({ name }) => name === sale.name) === index) return []
    const message = `"${sale.name}" is the name of an earlier sale; write another`
    return [{ path: ["flashSales", index, "name"], message }]
  })
}

function findOverlaps(slots: Slot[]): Finding[] {
  const sorted = slots.toSorted((a, b) => a.fromSeconds - b.fromSeconds)
  return sorted.slice(1).flatMap((slot, position): Finding[] => {
    const longest = sorted
      .slice(0, position + 1)
      .reduce((a, b) => (b.toSeconds > a.toSeconds ? b : a))
    if (longest.toSeconds <= slot.fromSeconds) return []
    const message =
      `with its prewarm, "${slot.name}" begins before "${longest.name}" is over; ` +
      "move one of them or shorten the prewarm"
    return [{ path: ["flashSales", slot.index, "start"], message }]
  })
}

function toSlot(sale: FlashSale, index: number): Slot[] {
  const start = localSeconds(sale.start)
  if (start === undefined) return []
  return [
    {
      name: sale.name,
      index,
      fromSeconds: start - parseDurationSeconds(sale.prewarm ?? "1h"),
      toSeconds: start + parseDurationSeconds(sale.duration),
    },
  ]
}

/** Undefined where the calendar has no such minute, as on February 30. */
function localSeconds(start: string): number | undefined {
  const milliseconds = Date.parse(`${start}:00Z`)
  if (Number.isNaN(milliseconds)) return undefined
  const isReal = new Date(milliseconds).toISOString().startsWith(start)
  return isReal ? milliseconds / 1000 : undefined
}

function isTimeZone(zone: string): boolean {
  // The list lacks aliases, but the first formatter costs ten times as much.
  if (Intl.supportedValuesOf("timeZone").includes(zone)) return true
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone })
    return true
  } catch {
    return false
  }
}
