import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { explainError } from "./explain-error.ts"
import { Failure } from "./failure.ts"
import { readParsed, readText } from "./files.ts"

const directory = mkdtempSync(join(tmpdir(), "quickcart-files-"))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test("a file that cannot be parsed is named, with the remedy", () => {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, "lock.json")
  writeFileSync(file, "<<<<<<< HEAD\n{}")
  expect(() => readParsed(file, JSON.parse, "Solve the conflict.")).toThrow(Failure)
  expect(() => readParsed(file, JSON.parse, "Solve the conflict.")).toThrow(
    /lock\.json cannot be read: .*Solve the conflict\./,
  )
})

test("a directory in the place of a file is said to be one", () => {
  mkdirSync(join(directory, "shop.yaml"), { recursive: true })
  expect(() => readText(join(directory, "shop.yaml"))).toThrow("is a directory")
})

test("only a bug shows a stack trace", () => {
  expect(explainError(new Failure("no space", 3))).toEqual({ text: "error: no space", exitCode: 3 })
  const refused = Object.assign(new Error("EACCES: denied"), { syscall: "open" })
  expect(explainError(refused).text).toBe("error: EACCES: denied")
  expect(explainError(new TypeError("x is not a function")).text).toContain("files.test.ts")
})
