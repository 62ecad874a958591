import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { readFleetFile } from "../../deploy/fleet-file.ts"
import { openState } from "../state.ts"
import { boxProvider, refuseFullDisk } from "./box.ts"

test("a disk without room is refused with what is free and what is needed", () => {
  expect(() => refuseFullDisk(tmpdir(), 1e18)).toThrow(
    /only [\d.]+ GB free under .*needs 1000000000\.0 GB/,
  )
  expect(() => refuseFullDisk(tmpdir(), 1)).not.toThrow()
})

describe("before anything is made, the box refuses a machine", () => {
  const repository = join(import.meta.dirname, "..", "..", "..")
  let bin: string
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), "quickcart-bin-"))
    vi.stubEnv("PATH", bin)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(bin, { recursive: true })
  })

  const stopped = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock."
  test.each([
    ["without Docker", undefined, "Docker is not installed"],
    ["whose engine is stopped", `echo '${stopped}' >&2; exit 1`, `does not answer: ${stopped}`],
    ["without Compose", '[ "$1" = info ]', "the Docker Compose plugin (v2) is missing"],
  ])("%s", async (_, docker, reason) => {
    const refused = preflight(docker)
    await expect(refused).rejects.toThrow(reason)
    await expect(refused).rejects.toThrow('Run "sh scripts/setup.sh"')
  })

  test("with the box of another environment on it, be it half-made", async () => {
    const docker = '[ "$1" = network ] && echo quickcart-other; exit 0'
    const reason = 'the box of "other" is on this machine'
    await expect(preflight(docker)).rejects.toThrow(reason)
    await expect(preflight(docker)).rejects.toThrow("npx quickcart down other")
  })

  /** What the box says where the program `docker` does this. */
  async function preflight(docker: string | undefined): Promise<void> {
    if (docker !== undefined)
      writeFileSync(join(bin, "docker"), `#!/bin/sh\n${docker}\n`, { mode: 0o755 })
    const state = openState(repository, "local")
    const tags = { host: "", haproxy: "", registry: "" }
    await boxProvider(readFleetFile(repository, "local"), repository, state, tags).preflight()
  }
})
