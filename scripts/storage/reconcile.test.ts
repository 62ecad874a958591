import { expect, test } from "vitest"
import type { BucketSpec } from "../../schema/bucket.ts"
import { otherRules } from "../io/bucket-rules.ts"
import { type ObservedBucket, reconcileStorage, storageLine } from "./reconcile.ts"

function wanted(): BucketSpec {
  return {
    name: "images",
    versioning: true,
    cors: {
      origins: ["https://shop.test", "https://a.test"],
      methods: ["GET", "HEAD"],
      maxAgeSeconds: 60,
    },
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
  const found = objects.map(
    ({ key, contentType, cacheControl }) => [key, { contentType, cacheControl }] as const,
  )
  return { versioning, cors, lifecycle, policy, objects: new Map(found) }
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
  const cors = {
    origins: ["https://a.test", "https://shop.test"],
    methods: ["HEAD", "GET"],
    maxAgeSeconds: 60,
  }
  expect(plan({ ...asWanted(), policy, cors })).toEqual([])
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

test.each<[string, Partial<ObservedBucket>, string]>([
  ["an age", { cors: { ...cors(), maxAgeSeconds: 61 } }, "set-cors, differs"],
  ["an origin", { cors: { ...cors(), origins: ["*"] } }, "set-cors, differs"],
  ["a rule of CORS", { cors: otherRules }, "set-cors, differs"],
  [
    "a number of days",
    { lifecycle: { abandonedUploadDays: 7, replacedDays: 3 } },
    "set-lifecycle, differs",
  ],
  ["a rule of the lifecycle", { lifecycle: otherRules }, "set-lifecycle, differs"],
  ["versioning", { versioning: false }, "set-versioning, keeps no versions"],
  ["a statement", { policy: { Version: "2012-10-17", Statement: [] } }, "set-policy, differs"],
  [
    "a header",
    {
      objects: new Map([["products/a.1.svg", { contentType: "image/svg+xml", cacheControl: "" }]]),
    },
    "upload products/a.1.svg, is served otherwise",
  ],
])("%s that somebody changed is set again, and nothing else", (_, change, line) => {
  expect(plan({ ...asWanted(), ...change })).toEqual([`images: ${line}`])
})

function cors() {
  return wanted().cors ?? expect.fail("the fixture has no CORS rule")
}

test("what is not wanted stays", () => {
  const { objects } = asWanted()
  objects.set("products/old.svg", { contentType: "text/html", cacheControl: "" })
  expect(plan({ ...asWanted(), objects })).toEqual([])
})
