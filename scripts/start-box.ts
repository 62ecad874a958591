import { existsSync } from "node:fs"
import { join } from "node:path"
import { apply } from "./deploy/apply.ts"
import { readFleetFile } from "./deploy/fleet-file.ts"
import { upSteps } from "./hosts/up.ts"
import { buildImages } from "./images.ts"
import { openState } from "./io/state.ts"
import { runSteps, type Step } from "./progress.ts"
import { smokeTest } from "./smoke.ts"

/** Environment that runs on this machine when none is named. */
export const boxEnvironment = "local"

/** Images, hosts, Swarm, deploy and smoke test: what `npm start` does; idempotent. */
export async function startBox(
  repository: string,
  { allowDirty, environment = boxEnvironment }: { allowDirty: boolean; environment?: string },
): Promise<void> {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  await runSteps([
    { title: "Build images", run: (report) => buildImages({ onProgress: report }) },
    ...upSteps(repository, environment),
    {
      title: "Apply the committed stacks",
      run: async (report) => {
        await apply(repository, environment, { allowDirty, breakLock: false, report })
      },
    },
    ...storageSteps(repository, environment),
    { title: "Smoke test", run: async (report) => report(await smokeTest(fleet, state)) },
  ])
}

/** Only where the environment declares buckets; the S3 client is slow to load. */
function storageSteps(repository: string, environment: string): Step[] {
  const file = join(repository, "stacks", environment, "object-storage.json")
  if (!existsSync(file)) return []
  return [
    {
      title: "Fill the object storage",
      run: async (report) => {
        const { applyStorage } = await import("./storage/verb.ts")
        const done = await applyStorage(repository, environment)
        report(done.length === 0 ? "every bucket is as wanted" : `${done.length} operations`)
      },
    },
  ]
}
