import { Failure } from "./io/failure.ts"

/** One line a hole, from what `debsecan --only-fixed --format summary` printed. */
export function debianHoles(summary: string): string[] {
  return summary.split("\n").filter((line) => line.trim() !== "")
}

/**
 * One line a hole that has a fix, from what `npm audit --json` printed; its exit code does not
 * tell holes from a registry that knows none. Throws a Failure when it is no such report.
 */
export function npmHoles(json: string): string[] {
  const report = parseAudit(json)
  if (report.vulnerabilities === undefined)
    throw new Failure(
      `npm could not ask for known holes: ${report.message ?? "it printed no report"}. Use a registry that answers audits, such as https://registry.npmjs.org.`,
    )
  return Object.values(report.vulnerabilities)
    .filter(({ fixAvailable }) => fixAvailable !== false)
    .flatMap(({ via, fixAvailable }) =>
      // A name there means: holed only by what it depends on, which has an entry of its own.
      via.filter((cause) => typeof cause !== "string").map((cause) => line(cause, fixAvailable)),
    )
}

interface AuditReport {
  /** Only when the audit failed. */
  message?: string
  vulnerabilities?: Record<string, { via: (Advisory | string)[]; fixAvailable: Fix }>
}

interface Advisory {
  name: string
  range: string
  title: string
  severity: string
  url: string
}

/** True: by a version that the dependents allow already. */
type Fix = boolean | { name: string; version: string }

function parseAudit(json: string): AuditReport {
  try {
    return JSON.parse(json)
  } catch {
    return {}
  }
}

function line({ name, range, title, severity, url }: Advisory, fix: Fix): string {
  const by = typeof fix === "object" ? `, fixed by ${fix.name} ${fix.version}` : ""
  return `${name} ${range}: ${title} (${severity}, ${url})${by}`
}
