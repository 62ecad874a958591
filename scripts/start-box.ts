import { existsSync } from "node:fs"
import { join } from "node:path"
import { apply } from "./deploy/apply.ts"
import { readFleetFile } from "./deploy/fleet-file.ts"
import { upSteps } from "./hosts/up.ts"
import { buildImages } from "./images.ts"
import { openState } from "./io/state.ts"
import { runSteps, type Step } from "./progress.ts"
import { smokeTest } from "./smoke.ts"

/** Environment that runs on this machine. */
export const boxEnvironment = "local"

/** Images, hosts, Swarm, deploy and smoke test: what `npm start` does; idempotent. */
export async function startBox(
  repository: string,
  options: { allowDirty: boolean },
): Promise<void> {
  const fleet = readFleetFile(repository, boxEnvironment)
  const state = openState(repository, boxEnvironment)
  await runSteps([
    { title: "Build images", run: (report) => buildImages({ onProgress: report }) },
    ...upSteps(repository, boxEnvironment),
    {
      title: "Apply the committed stacks",
      run: async (report) => {
        const { allowDirty } = options
        await apply(repository, boxEnvironment, { allowDirty, breakLock: false, report })
      },
    },
    ...storageSteps(repository),
    { title: "Smoke test", run: async (report) => report(await smokeTest(fleet, state)) },
  ])
}

/** Only where the environment declares buckets; the S3 client is slow to load. */
function storageSteps(repository: string): Step[] {
  const file = join(repository, "stacks", boxEnvironment, "object-storage.json")
  if (!existsSync(file)) return []
  return [
    {
      title: "Fill the object storage",
      run: async (report) => {
        const { applyStorage } = await import("./storage/verb.ts")
        const done = await applyStorage(repository, boxEnvironment)
        report(done.length === 0 ? "every bucket is as wanted" : `${done.length} operations`)
      },
    },
  ]
}
