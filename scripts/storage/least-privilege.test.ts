import { afterEach, beforeEach, expect, test } from "vitest"
import { fleetFixture, objectStorageFixture } from "../../generators/core/fleet-fixture.ts"
import { bucketsOf } from "../../generators/object-storage/buckets.ts"
import { type KeyPolicy, keyPolicy } from "../../generators/object-storage/policy.ts"
import type { BucketSpec } from "../../schema/bucket.ts"
import { executeStorage } from "./execute.ts"
import { observeStorage } from "./observe.ts"
import { reconcileStorage } from "./reconcile.ts"
import { type FakeS3, openFakeS3 } from "./s3-fixture.ts"

let s3: FakeS3
beforeEach(async () => {
  s3 = await openFakeS3()
})
afterEach(() => s3.close())

const fleet = fleetFixture()
// The sample shop, whose images are committed.
fleet.app.image = fleet.images.shop ?? ""
const buckets = bucketsOf(fleet, objectStorageFixture())
const policy = keyPolicy(buckets)

async function apply(wanted: BucketSpec[]): Promise<void> {
  const operations = reconcileStorage(wanted, await observeStorage(s3.store, wanted))
  await executeStorage(s3.store, operations, () => new Uint8Array())
}

/** Everything that the store can be made to do: made, looked at, changed by others, healed. */
async function everyCall(): Promise<string[]> {
  await apply(buckets)
  await apply(buckets)
  // What the spec wants none of is taken away.
  await apply(buckets.map((bucket) => ({ ...bucket, cors: buckets[0]?.cors ?? null })))
  await apply(buckets.map((bucket) => ({ ...bucket, cors: null, policy: null })))
  return s3.asked
}

function allows({ Statement }: KeyPolicy, call: string): boolean {
  const [action = "", resource = ""] = call.split(" ")
  return Statement.some(
    ({ Action, Resource }) =>
      Action.includes(action) &&
      Resource.some((one) => {
        const name = one.replace("arn:aws:s3:::", "")
        return name.endsWith("*") ? resource.startsWith(name.slice(0, -1)) : resource === name
      }),
  )
}

test("the key may do all that `quickcart storage` does", async () => {
  const calls = await everyCall()
  expect(calls.filter((call) => !allows(policy, call))).toEqual([])
})

test("and no action that it never takes", async () => {
  const taken = new Set((await everyCall()).map((call) => call.split(" ")[0]))
  expect(policy.Statement.flatMap(({ Action }) => Action).toSorted()).toEqual([...taken].toSorted())
})

test("it reads and writes images alone: no backup, no other bucket, and it deletes nothing", () => {
  expect(allows(policy, "s3:GetObject images/products/a.svg")).toBe(true)
  for (const call of [
    "s3:GetObject backup/archive/shop/1",
    "s3:PutObject backup/archive/shop/1",
    "s3:PutObject images/other",
    "s3:DeleteObject images/products/a.svg",
    "s3:DeleteBucket images",
    "s3:ListBucket others",
  ]) {
    expect([call, allows(policy, call)]).toEqual([call, false])
  }
})

test("a shop that brings its own images leaves the key no object at all", () => {
  const empty = buckets.map((bucket) => ({ ...bucket, objects: [] }))
  expect(keyPolicy(empty).Statement.map(({ Sid }) => Sid)).toEqual(["KeepBuckets"])
})
