import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { sourceHash } from "../scripts/images.ts"
import { type ImageLock, imageNames } from "./names.ts"

const lock: ImageLock = JSON.parse(readFileSync(join(import.meta.dirname, "lock.json"), "utf8"))

test.each(imageNames)(
  "lock.json has the current source of %s (else: npx quickcart images --lock-only)",
  (name) => expect(lock[name]?.source).toBe(sourceHash(name)),
)

test("lock.json names no image that does not exist", () => {
  expect(Object.keys(lock)).toEqual([...imageNames])
})
