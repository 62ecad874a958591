import { spawnSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"

const program = join(import.meta.dirname, "pre-promote")
const directory = mkdtempSync(join(tmpdir(), "quickcart-pre-promote-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Runs it over a disk that has so much left, as `df` prints it. */
function asked(df: string) {
  writeFileSync(join(directory, "df"), `#!/bin/sh\n${df}\n`)
  chmodSync(join(directory, "df"), 0o755)
  const env = { PATH: `${directory}:${process.env.PATH}` }
  const { status, stderr } = spawnSync(program, { env, encoding: "utf8" })
  return [status, stderr.trim()]
}

test("with room for WAL a member may be promoted", () => {
  expect(asked("printf 'Avail\\n   64\\n'")).toEqual([0, ""])
})

test("without, it says why and leaves others the lock", () => {
  expect(asked("printf 'Avail\\n   63\\n'")).toEqual([1, "pre-promote: 63 MB free, WAL needs 64"])
  expect(asked("printf 'Avail\\n    0\\n'")[0]).toBe(1)
})

test("a disk that cannot be asked keeps nobody from it", () => {
  expect(asked("exit 1")).toEqual([0, ""])
  expect(asked("printf 'Avail\\n   -\\n'")).toEqual([0, ""])
})

test("the disk of the data is asked, which has room on this machine", () => {
  expect(spawnSync(program, ["/"], { encoding: "utf8" }).status).toBe(0)
})
