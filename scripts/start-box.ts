import { apply } from "./deploy/apply.ts"
import { readFleetFile } from "./deploy/fleet-file.ts"
import { upSteps } from "./hosts/up.ts"
import { buildImages } from "./images.ts"
import { openState } from "./io/state.ts"
import { runSteps } from "./progress.ts"
import { smokeTest } from "./smoke.ts"
import { applyStorage } from "./storage/verb.ts"

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
    {
      title: "Fill the object storage",
      run: async (report) => {
        const done = await applyStorage(repository, boxEnvironment)
        report(done.length === 0 ? "every bucket is as wanted" : `${done.length} operations`)
      },
    },
    { title: "Smoke test", run: async (report) => report(await smokeTest(fleet, state)) },
  ])
}
