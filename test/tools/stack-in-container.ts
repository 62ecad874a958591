import { spawnSync } from "node:child_process"
import { join } from "node:path"
import type { ToolCheck } from "../../generators/core/component.ts"
import { secretVariable } from "../../generators/core/stack.ts"
import { localTag } from "../../scripts/images.ts"
import { run } from "../../scripts/io/command.ts"

export interface Verdict {
  exitCode: number
  output: string
}

/** Whether Docker answers here. In CI it has to: a skipped check there would be a lie. */
export function dockerAnswers(): boolean {
  const { status } = spawnSync("docker", ["version"], { stdio: "ignore" })
  if (status !== 0 && process.env.CI) throw new Error("CI has to run these tests, with Docker")
  if (status !== 0) console.warn("NO DOCKER HERE: the real tools judged nothing")
  return status === 0
}

/** Asks the tool of a check about the rendered files in `directory`, in a container of its own. */
export async function judge(check: ToolCheck, directory: string): Promise<Verdict> {
  const image = localTag(check.image)
  const { exitCode, stdout, stderr } = await run(
    // Keepalived wants its interfaces to exist, and making them takes NET_ADMIN.
    [
      "docker",
      "run",
      "--rm",
      "--interactive",
      "--pull",
      "never",
      "--network",
      "none",
      "--cap-add",
      "NET_ADMIN",
    ].concat([
      "--volume",
      `${directory}:/stack:ro`,
      "--entrypoint",
      "sh",
      image,
      "-c",
      // Not an argument: the tests of a large fleet are longer than one may be (128 KiB).
      "cat > /tmp/check && exec sh /tmp/check < /dev/null",
    ]),
    { allowFailure: true, timeoutSeconds: 220, input: check.command },
  )
  if (stderr.includes("No such image")) {
    throw new Error(`the image ${image} is not built; run: npx quickcart images`)
  }
  return { exitCode, output: `${stdout}${stderr}` }
}

/** The deploying CLI's own verdict on a stack file, with every secret pushed. */
export function stackConfigCheck(stackFile: string, secrets: string[]): ToolCheck {
  const variables = secrets.map((secret) => `${secretVariable(secret)}=pushed`)
  return {
    name: `docker stack config ${stackFile}`,
    image: "host",
    command: `env -i PATH="$PATH" HOME=/tmp ${variables.join(" ")} docker stack config --compose-file ${join("/stack", stackFile)}`,
  }
}
