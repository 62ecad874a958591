import { expect, test } from "vitest"
import type { BucketSpec } from "../../schema/bucket.ts"
import { type ObservedBucket, reconcileStorage, storageLine } from "./reconcile.ts"

function wanted(): BucketSpec {
  return {
    name: "images",
    versioning: true,
    cors: { origins: ["https://shop.test"], methods: ["GET"], maxAgeSeconds: 60 },
    lifecycle: { abandonedUploadDays: 7, replacedDays: 30 },
    policy: { Version: "2012-10-17", Statement: [{ Action: ["s3:GetObject"], Effect: "Allow" }] },
    objects: [
      {
        key: "products/a.1.svg",
        file: "objects/a",
        contentType: "image/svg+xml",
        cacheControl: "x",
      },
    ],
  }
}

function asWanted(): ObservedBucket {
  const { versioning, cors, lifecycle, policy, objects } = wanted()
  return { versioning, cors, lifecycle, policy, keys: objects.map(({ key }) => key) }
}

function plan(found: ObservedBucket | null): string[] {
  return reconcileStorage([wanted()], new Map([["images", found]])).map(storageLine)
}

test("a bucket that is as wanted is left alone, however its answers are ordered", () => {
  expect(plan(asWanted())).toEqual([])
  const policy = {
    Statement: [{ Effect: "Allow", Action: "s3:GetObject" }],
    Version: "2012-10-17",
  }
  expect(plan({ ...asWanted(), policy })).toEqual([])
})

test("a missing bucket is made before anything is put into it", () => {
  expect(plan(null)).toEqual([
    "images: create-bucket, does not exist",
    "images: set-versioning, keeps no versions",
    "images: set-cors, has none",
    "images: set-lifecycle, has none",
    "images: set-policy, has none",
    "images: upload products/a.1.svg, is not there",
  ])
})

test("only what differs is set, and what is not wanted stays", () => {
  const cors = { origins: ["*"], methods: ["GET"], maxAgeSeconds: 60 }
  const keys = ["products/a.1.svg", "products/old.svg"]
  expect(plan({ ...asWanted(), cors, keys })).toEqual(["images: set-cors, differs"])
})
