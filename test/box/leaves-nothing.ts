import { join } from "node:path"
import { downSteps } from "../../scripts/hosts/up.ts"
import { run } from "../../scripts/io/command.ts"
import { runSteps } from "../../scripts/progress.ts"

/** Takes the box of an environment down and throws when anything of it is left. */
export async function leaveNothing(environment: string): Promise<void> {
  if (process.env.QUICKCART_KEEP_BOX !== undefined) return
  await runSteps(downSteps(join(import.meta.dirname, "..", ".."), environment))
  const label = `label=com.docker.compose.project=quickcart-${environment}`
  for (const kind of ["container", "volume", "network"]) {
    const all = kind === "container" ? ["--all"] : []
    const found = await run(["docker", kind, "ls", ...all, "--quiet", "--filter", label])
    if (found.stdout.trim() !== "") throw new Error(`the box left a ${kind} behind`)
  }
}
