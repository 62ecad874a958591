import { join } from "node:path"
import { type CommandResult, run } from "../../io/command.ts"
import { readText } from "../../io/files.ts"
import { neverStarted } from "../../io/ssh.ts"
import type { DrillContext } from "../drill.ts"
import { type CommandOutcome, commandOn, lookCommands, outcomeOf, type RunsOn } from "./runbook.ts"

/** Longer than `status` takes to give up hosts that are gone. */
const timeoutSeconds = 90
const retries = 3

/** Runs what the runbooks of these alerts say to look at, each command once, one after another. */
export async function runRunbooks(
  context: DrillContext,
  alerts: readonly string[],
  downHosts: readonly string[] = [],
): Promise<CommandOutcome[]> {
  const on = runsOn(context)
  const outcomes = new Map<string, CommandOutcome>()
  for (const alert of alerts) {
    const page = readText(join(context.repository, "docs", "runbooks", `${alert}.md`)) ?? ""
    for (const command of lookCommands(page)) {
      if (outcomes.has(command)) continue
      const result = await runLine(commandOn(command, on), context.repository)
      outcomes.set(command, { alert, command, ...outcomeOf(command, result, downHosts) })
    }
  }
  return [...outcomes.values()]
}

/** As a person in the repository would, who tries again when a busy bastion hangs up. */
async function runLine(line: string, workingDirectory: string): Promise<CommandResult> {
  const options = { workingDirectory, allowFailure: true, timeoutSeconds }
  let result = await run(["sh", "-c", line], options)
  for (let left = retries; left > 0 && neverStarted(result); left -= 1) {
    result = await run(["sh", "-c", line], options)
  }
  return result
}

function runsOn({ repository, fleet, state }: DrillContext): RunsOn {
  return {
    environment: fleet.environment,
    hostname: fleet.hostname,
    vip: fleet.network.vip,
    authority: state.path("secrets", "ca.pem"),
    quickcart: `${process.execPath} ${join(repository, "scripts", "quickcart.js")}`,
  }
}
