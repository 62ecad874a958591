import { join } from "node:path"
import { downSteps } from "../../scripts/hosts/up.ts"
import { run } from "../../scripts/io/command.ts"
import { runSteps } from "../../scripts/progress.ts"

/** The files share one box, each leaving it as the commit wants it; at the end nothing is left. */
export async function teardown(): Promise<void> {
  if (process.env.QUICKCART_KEEP_BOX !== undefined) return
  await runSteps(downSteps(join(import.meta.dirname, "..", ".."), "local"))
  const label = "label=com.docker.compose.project=quickcart-local"
  for (const kind of ["container", "volume", "network"]) {
    const all = kind === "container" ? ["--all"] : []
    const found = await run(["docker", kind, "ls", ...all, "--quiet", "--filter", label])
    if (found.stdout.trim() !== "") throw new Error(`the box left a ${kind} behind`)
  }
}
