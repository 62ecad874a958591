import { type CommandResult, run } from "../io/command.ts"

/** Runs a verb of this CLI as its own process, as a step of a workflow would; any exit code. */
export function runVerb(repository: string, argv: string[]): Promise<CommandResult> {
  return run(["npx", "quickcart", ...argv], { workingDirectory: repository, allowFailure: true })
}
