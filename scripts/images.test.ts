import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { hashSources } from "./images.ts"
import { readSources, stageSources } from "./io/images-sources.ts"

let directory = ""
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quickcart-images-"))
  mkdirSync(join(directory, "web", "src"), { recursive: true })
  write("Dockerfile", "FROM scratch")
  write("src/run", "#!/bin/sh")
})
afterEach(() => rmSync(directory, { recursive: true }))

function write(path: string, text: string): void {
  writeFileSync(join(directory, "web", path), text)
}

function hash(): string {
  return hashSources(readSources(directory, "web"))
}

describe("the source hash", () => {
  test("changes with a content, a name and an executable bit", () => {
    const seen = [hash()]
    write("src/run", "#!/bin/bash")
    seen.push(hash())
    chmodSync(join(directory, "web", "src", "run"), 0o755)
    seen.push(hash())
    write("src/walk", "")
    seen.push(hash())
    expect(new Set(seen).size).toBe(4)
  })

  test("does not change with tests, installed packages or other mode bits", () => {
    const before = hash()
    write("src/run.test.ts", "test")
    mkdirSync(join(directory, "web", "node_modules"))
    write("node_modules/x.js", "x")
    chmodSync(join(directory, "web", "Dockerfile"), 0o600)
    expect(hash()).toBe(before)
  })
})

describe("staging", () => {
  test("gives files the modes an image needs, whatever the clone's umask was", () => {
    chmodSync(join(directory, "web", "Dockerfile"), 0o600)
    chmodSync(join(directory, "web", "src", "run"), 0o700)
    const target = join(directory, "staged")
    stageSources(readSources(directory, "web"), target)
    expect(statSync(join(target, "Dockerfile")).mode & 0o777).toBe(0o644)
    expect(statSync(join(target, "src", "run")).mode & 0o777).toBe(0o755)
  })
})
