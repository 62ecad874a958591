import { readFileSync } from "node:fs"
import { hostname } from "node:os"

/** Where a run takes place, so that others can tell whether it is still there. */
export interface RunIdentity {
  host: string
  /** The kernel's id of this boot: many machines have the same name, and containers of one machine the same kernel. */
  boot: string
  pid: string
}

/** This process. */
export function thisRun(): RunIdentity {
  return { host: hostname(), boot: bootId(), pid: String(process.pid) }
}

/** Whether a run is known to have died: only one on this machine can be. */
export function hasDied({ host, boot, pid }: Partial<RunIdentity>): boolean {
  return host === hostname() && boot === bootId() && !isAlive(Number(pid))
}

function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
}

/** Signal 0 only asks (kill(2)); a process of somebody else's answers with EPERM. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
