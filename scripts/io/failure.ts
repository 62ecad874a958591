/**
 * Something the user or the world did, explained in plain sentences. The CLI
 * prints the message without a stack trace and exits with `exitCode`.
 */
export class Failure extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.name = "Failure"
    this.exitCode = exitCode
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
