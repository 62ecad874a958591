import { expect, test } from "vitest"
import { setupStart } from "./test-time.ts"

const end = 1_800_000_000
const written = `${end - 700} ${end}\n`

test("a run began when its set-up did", () => {
  expect(setupStart(written, (end + 2) * 1000)).toBe((end - 700) * 1000)
})

test.each([
  ["npm ran none", undefined, 2],
  ["it ended long before", written, 61],
  ["it ended after this run began", written, -1],
  ["it ended before it began", `${end} ${end - 700}\n`, -698],
  ["the file was cut off", `${end - 700}`, 2],
])("no set-up of this run: %s", (_, text, secondsAfter) => {
  expect(setupStart(text, (end + secondsAfter) * 1000)).toBeUndefined()
})
