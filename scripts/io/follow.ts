import { spawn } from "node:child_process"
import { createInterface } from "node:readline"

/** How a command ended that was followed. */
export interface Followed {
  exitCode: number
  stderr: string
}

/** Most of standard error that is kept: it may go on for days. */
const keptCharacters = 4000

/**
 * Runs `argv` without a shell and hands on each line of its output as it comes. Its standard
 * input stays open until `signal` ends it, so that the other end can notice that it has.
 */
export function followLines(
  argv: readonly string[],
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Followed> {
  const [file = "", ...words] = argv
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { stdio: ["pipe", "pipe", "pipe"], signal })
    let stderr = ""
    child.stderr.on("data", (chunk: Buffer) => {
      stderr = `${stderr}${chunk}`.slice(-keptCharacters)
    })
    createInterface({ input: child.stdout }).on("line", onLine)
    child.on("error", (error) => {
      if (!signal.aborted) reject(error)
    })
    child.on("close", (exitCode) => resolve({ exitCode: exitCode ?? 128, stderr }))
  })
}
