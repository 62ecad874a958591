import { Failure } from "./failure.ts"

/**
 * What a person reads when a command ends with `error`, and its exit code. A
 * Failure and what the system refused (no space, no permission, no connection)
 * are sentences; only a bug of ours shows where it happened.
 */
export function explainError(error: unknown): { text: string; exitCode: number } {
  if (error instanceof Failure) return { text: `error: ${error.message}`, exitCode: error.exitCode }
  if (error instanceof Error && "syscall" in error) {
    return { text: `error: ${error.message}`, exitCode: 1 }
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: `error: this is a bug of quickcart, please report it:\n${trace}`, exitCode: 1 }
}
