import type { Readable } from "node:stream"
import { $ } from "zx"
import { Failure } from "./failure.ts"

export interface CommandResult {
  exitCode: number
  stdout: string
  stderr: string
  /** A signal ended it: no answer of the command itself. */
  killed?: true
}

export interface CommandOptions {
  /** Text for standard input; the only way a secret may reach a command. */
  input?: string | Readable
  /** Accept any exit code instead of throwing. */
  allowFailure?: boolean
  timeoutSeconds?: number
  /** Added to the environment of this process. */
  environment?: Record<string, string>
  workingDirectory?: string
  signal?: AbortSignal
}

/**
 * Runs `argv` without a shell and collects its output.
 * Throws a Failure naming the command and its last error lines when it exits
 * non-zero, unless `allowFailure`.
 */
export async function run(argv: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const process_ = $({
    quiet: true,
    nothrow: true,
    input: options.input ?? "",
    // A bash whose standard input is a socket takes itself for a remote shell and reads ~/.bashrc,
    // unless it is within another shell.
    env: { ...process.env, SHLVL: "1", ...options.environment },
    ...(options.timeoutSeconds === undefined ? {} : { timeout: `${options.timeoutSeconds}s` }),
    ...(options.workingDirectory === undefined ? {} : { cwd: options.workingDirectory }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })`${argv}`
  const output = await process_
  const result = {
    exitCode: output.exitCode ?? (output.signal === null ? 1 : 128),
    stdout: output.stdout,
    stderr: output.stderr,
    ...(output.signal === null ? {} : { killed: true as const }),
  }
  if (result.exitCode !== 0 && options.allowFailure !== true) {
    throw new Failure(`${describe(argv)} failed (exit ${result.exitCode}): ${lastLines(result)}`)
  }
  return result
}

function describe(argv: string[]): string {
  const text = argv.join(" ")
  return text.length > 160 ? `${text.slice(0, 157)}...` : text
}

function lastLines(result: CommandResult): string {
  const text = (result.stderr.trim() || result.stdout.trim()).split("\n")
  return text.slice(-8).join("\n")
}
