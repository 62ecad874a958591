import type { FleetFile } from "../../deploy/fleet-file.ts"
import { waitFor } from "../clock.ts"
import { run } from "../command.ts"
import { Failure } from "../failure.ts"
import { boxPorts } from "./box-compose.ts"

const outside = `127.0.0.1:${boxPorts.registry}`

/**
 * Pushes the fleet's images that the box's registry does not hold yet, so that
 * hosts pull them as they would from a registry on the Internet.
 */
export async function pushImages(fleet: FleetFile, report: (line: string) => void): Promise<void> {
  await waitFor("the box's registry to answer", { deadlineSeconds: 30 }, async () =>
    (await fetch(`http://${outside}/v2/`)).ok ? true : undefined,
  )
  const inside = `${fleet.registry.address}/`
  for (const reference of Object.values(fleet.images)) {
    if (!reference.startsWith(inside)) continue
    await pushImage(`quickcart/${reference.slice(inside.length)}`, report)
  }
}

/** Pushes one local image `quickcart/<name>:<tag>` under the same name and tag. */
export async function pushImage(local: string, report: (line: string) => void): Promise<void> {
  const path = local.replace(/^quickcart\//, "")
  const [name, tag] = path.split(":")
  if (await holds(name ?? "", tag ?? "")) return
  report(`pushing ${path}`)
  const target = `${outside}/${path}`
  await run(["docker", "tag", local, target])
  try {
    await run(["docker", "push", "--quiet", target])
  } finally {
    await run(["docker", "rmi", target], { allowFailure: true })
  }
}

async function holds(name: string, tag: string): Promise<boolean> {
  const accept = "application/vnd.docker.distribution.manifest.v2+json"
  const answer = await fetch(`http://${outside}/v2/${name}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept },
  })
  if (answer.ok || answer.status === 404) return answer.ok
  throw new Failure(`the box's registry answered ${answer.status} for ${name}:${tag}`)
}
