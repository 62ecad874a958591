type Cleanup = () => Promise<unknown>

const cleanups = new Set<Cleanup>()
let listening = false

/** Exit code of a shell command that a signal ended: 128 + the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Has `cleanup` run when the process is interrupted (Ctrl-C, SIGTERM), newest
 * first, before it ends. Returns the function that forgets it again. A second
 * signal ends the process at once.
 */
export function onInterrupt(cleanup: Cleanup): () => void {
  if (!listening) {
    listening = true
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => void end(signal))
  }
  cleanups.add(cleanup)
  return () => cleanups.delete(cleanup)
}

async function end(signal: keyof typeof exitCodes): Promise<void> {
  process.once(signal, () => process.exit(exitCodes[signal]))
  for (const cleanup of [...cleanups].toReversed()) await cleanup().catch(() => undefined)
  process.exit(exitCodes[signal])
}
