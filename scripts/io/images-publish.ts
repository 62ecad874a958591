import { run } from "./command.ts"
import { Failure } from "./failure.ts"

/**
 * Pushes a local image to `repository` under the same tag and returns the
 * digest that the registry answered, `sha256:...`.
 */
export async function publishImage(local: string, repository: string): Promise<string> {
  const target = `${repository}:${local.split(":").at(-1)}`
  await run(["docker", "tag", local, target])
  try {
    const pushed = await run(["docker", "push", target])
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed.stdout)?.[1]
    if (digest === undefined) throw new Failure(`docker push ${target} named no digest`)
    return digest
  } finally {
    await run(["docker", "rmi", target], { allowFailure: true })
  }
}
