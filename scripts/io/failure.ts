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
