import { expect, test } from "vitest"
import { diskFault, parseDataDisk } from "./data-disk.ts"

test("df's answer is read, and anything else is no disk", () => {
  expect(parseDataDisk("   1B-blocks      Avail\n 1468006400 586153984\n")).toEqual({
    sizeBytes: 1_468_006_400,
    freeBytes: 586_153_984,
  })
  expect(parseDataDisk("")).toBeUndefined()
  expect(parseDataDisk("df: no such file")).toBeUndefined()
})

test("a disk with less than a tenth free is a fault that names the member and the room", () => {
  expect(diskFault("database-1", { sizeBytes: 1e9, freeBytes: 1e8 })).toBeUndefined()
  expect(diskFault("database-1", { sizeBytes: 1e9, freeBytes: 1e8 - 1e6 })).toBe(
    "the data disk of database-1 is nearly full: 99 MB of 1000 MB free",
  )
})
