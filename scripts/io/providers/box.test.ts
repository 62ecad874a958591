import { tmpdir } from "node:os"
import { expect, test } from "vitest"
import { refuseFullDisk } from "./box.ts"

test("a disk without room is refused with what is free and what is needed", () => {
  expect(() => refuseFullDisk(tmpdir(), 1e18)).toThrow(
    /only [\d.]+ GB free under .*needs 1000000000\.0 GB/,
  )
  expect(() => refuseFullDisk(tmpdir(), 1)).not.toThrow()
})
