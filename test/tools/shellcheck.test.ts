import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { parse } from "yaml"
import { hasTool } from "../real-tool.ts"
import { git } from "../workflows/git.ts"

const repository = join(import.meta.dirname, "..", "..")
const isShell = (text: string) => /^#!\S*(?:\/env )?\S*\b(?:ba)?sh\b/.test(text)
/** Every script once, by its text, with where it was met first. */
const scripts = new Map<string, string>()

// A template is no script yet; what it renders to is in the cloud-init files.
for (const path of git(repository, ["ls-files"]).split("\n")) {
  if (path.endsWith(".hbs") || path.startsWith("test/golden/")) continue
  const text = readFileSync(join(repository, path), "utf8")
  if (isShell(text)) add(text, path)
  if (!/^stacks\/[^/]+\/hosts\/[^/]+\/cloud-init\.yaml$/.test(path)) continue
  const { write_files } = parse(text) as { write_files: { path: string; content: string }[] }
  for (const file of write_files.filter(({ content }) => isShell(content))) {
    add(file.content, `${path}: ${file.path}`)
  }
}

function add(text: string, where: string): void {
  if (!scripts.has(text)) scripts.set(text, where)
}

function shellcheck(text: string): string {
  return spawnSync("shellcheck", ["--format=gcc", "-"], { input: text, encoding: "utf8" }).stdout
}

describe.runIf(hasTool("shellcheck"))("shellcheck", () => {
  test("knows every shell script", () => {
    const names = [...scripts.values()]
    expect(names).toEqual(expect.arrayContaining([".ci/run", "scripts/setup.sh"]))
    expect(names.filter((name) => name.startsWith("images/")).length).toBeGreaterThan(4)
    expect(names.filter((name) => name.endsWith("quickcart-host-setup")).length).toBeGreaterThan(1)
  })

  test.each([...scripts].map(([text, where]) => ({ where, text })))(
    "has nothing to say about $where",
    ({ text }) => expect(shellcheck(text)).toBe(""),
  )

  test("would find a mistake", () => {
    expect(shellcheck("#!/bin/sh\nrm -rf $1/*\n")).toContain("SC2086")
  })
})
