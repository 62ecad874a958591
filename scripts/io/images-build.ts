import { chmodSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run } from "./command.ts"
import { Failure } from "./failure.ts"
import { type SourceFile, stageSources } from "./images-sources.ts"

/**
 * Builds one image from its files and tags it. `baseTag` becomes the build argument
 * `BASE`, or `DEBIAN` for the base itself. Throws a Failure with the end of the
 * build's output.
 */
export async function buildImage(
  tag: string,
  files: SourceFile[],
  parent: { argument: "BASE" | "DEBIAN"; tag: string },
): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), "quickcart-image-"))
  try {
    chmodSync(context, 0o755)
    stageSources(files, context)
    if (files.some((file) => file.path.endsWith("/package-lock.json"))) {
      await installPackages(context)
    }
    const argument = `${parent.argument}=${parent.tag}`
    const build = ["docker", "build", "--tag", tag, "--build-arg", argument, context]
    // The plain builder works with every Engine and needs no plugin.
    await run(build, { environment: { DOCKER_BUILDKIT: "0" } })
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

/**
 * Installs production packages into the build context, for the Engine's architecture,
 * and puts Node (the package `node-linux-<arch>`) beside them as `node`. Done outside
 * the build, because a build container may not trust or reach the npm registry.
 */
async function installPackages(context: string): Promise<void> {
  const cpu = await engineCpu()
  const target = ["--os=linux", `--cpu=${cpu}`, "--libc=glibc"]
  const quiet = ["--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
  await run(["npm", "ci", ...target, ...quiet], { workingDirectory: context })
  const node = join(context, "node_modules", `node-linux-${cpu}`)
  renameSync(join(node, "bin", "node"), join(context, "node"))
  rmSync(node, { recursive: true })
}

async function engineCpu(): Promise<"x64" | "arm64"> {
  const result = await run(["docker", "version", "--format", "{{.Server.Arch}}"])
  const architecture = result.stdout.trim()
  if (architecture === "amd64") return "x64"
  if (architecture === "arm64") return "arm64"
  throw new Failure(
    `the Docker engine runs on ${architecture}; images are built for amd64 and arm64 only`,
  )
}
