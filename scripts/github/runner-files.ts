import { randomUUID } from "node:crypto"
import { appendFileSync } from "node:fs"

/** Sets a step output; prints it where no runner listens. */
export function setOutput(name: string, value: string): void {
  const file = process.env.GITHUB_OUTPUT
  if (!file) return void process.stdout.write(`${name}=${value}\n`)
  // A random delimiter, so that no value can end its own block and set other outputs.
  const end = `end-${randomUUID()}`
  appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`)
}

/** GitHub drops a step's summary that is larger, in bytes. */
const summaryLimitBytes = 1024 * 1024

/** Appends Markdown to the job's summary page, cut to what GitHub takes. */
export function addSummary(markdown: string): void {
  const file = process.env.GITHUB_STEP_SUMMARY
  if (!file) return
  const bytes = Buffer.from(markdown)
  const cut = bytes.subarray(0, summaryLimitBytes - 64).toString()
  appendFileSync(file, bytes.length <= summaryLimitBytes ? `${markdown}\n` : `${cut}\n\n(cut)\n`)
}

/** A line that GitHub shows on the run's page. */
export function notice(level: "notice" | "warning" | "error", message: string): void {
  const escaped = message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")
  process.stdout.write(
    process.env.GITHUB_ACTIONS === "true" ? `::${level}::${escaped}\n` : `${level}: ${message}\n`,
  )
}
