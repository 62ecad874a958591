import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test, vi } from "vitest"
import { run } from "./command.ts"

test("a command does not run what a user's shell does at its start", async () => {
  const home = mkdtempSync(join(tmpdir(), "quickcart-home-"))
  writeFileSync(join(home, ".bashrc"), "echo from the user >&2\n")
  vi.stubEnv("HOME", home)
  vi.stubEnv("SHLVL", "0")
  try {
    expect((await run(["true"])).stderr).toBe("")
  } finally {
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
  }
})
