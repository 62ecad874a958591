import { afterEach, beforeEach, expect, test } from "vitest"
import type { BucketSpec } from "../../schema/bucket.ts"
import { executeStorage } from "./execute.ts"
import { observeStorage } from "./observe.ts"
import { reconcileStorage, storageLine } from "./reconcile.ts"
import { type FakeS3, openFakeS3 } from "./s3-fixture.ts"

const images: BucketSpec = {
  name: "images",
  versioning: true,
  cors: { origins: ["https://shop.test"], methods: ["GET", "HEAD"], maxAgeSeconds: 60 },
  lifecycle: { abandonedUploadDays: 7, replacedDays: 30 },
  policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:GetObject"] }] },
  objects: [
    { key: "products/a.svg", file: "a", contentType: "image/svg+xml", cacheControl: "immutable" },
  ],
}

let s3: FakeS3
beforeEach(async () => {
  s3 = await openFakeS3()
  await apply()
})
afterEach(() => s3.close())

async function plan() {
  return reconcileStorage([images], await observeStorage(s3.store, [images]))
}

/** Does what is planned; returns its lines. */
async function apply(): Promise<string[]> {
  const operations = await plan()
  await executeStorage(s3.store, operations, () => new TextEncoder().encode("<svg/>"))
  return operations.map(storageLine)
}

function settings() {
  return s3.buckets.get("images")?.settings ?? expect.fail("there is no bucket")
}

test("what was made is as wanted: nothing is left to do", async () => {
  expect((await plan()).map(storageLine)).toEqual([])
  expect(s3.buckets.get("images")?.objects.get("products/a.svg")).toEqual({
    headers: { "content-type": "image/svg+xml", "cache-control": "immutable" },
    body: "<svg/>",
  })
})

const drifts: { what: string; setting: string; from: string | RegExp; to: string; line: string }[] =
  [
    {
      what: "one more origin",
      setting: "cors",
      from: "</AllowedOrigin>",
      to: "</AllowedOrigin><AllowedOrigin>https://evil.test</AllowedOrigin>",
      line: "images: set-cors, differs",
    },
    {
      what: "a second rule of CORS",
      setting: "cors",
      from: "</CORSConfiguration>",
      to: "<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>",
      line: "images: set-cors, differs",
    },
    {
      what: "other days",
      setting: "lifecycle",
      from: "<NoncurrentDays>30<",
      to: "<NoncurrentDays>1<",
      line: "images: set-lifecycle, differs",
    },
    {
      what: "a rule that drops what is in use",
      setting: "lifecycle",
      from: "</LifecycleConfiguration>",
      to: "<Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>",
      line: "images: set-lifecycle, differs",
    },
    {
      what: "a rule for a part of the bucket alone",
      setting: "lifecycle",
      from: /<Prefix(\/>|><\/Prefix>)/,
      to: "<Prefix>products/</Prefix>",
      line: "images: set-lifecycle, differs",
    },
    {
      what: "rules that are switched off",
      setting: "lifecycle",
      from: /Enabled/g,
      to: "Disabled",
      line: "images: set-lifecycle, has none",
    },
    {
      what: "versions that are kept no more",
      setting: "versioning",
      from: "Enabled",
      to: "Suspended",
      line: "images: set-versioning, keeps no versions",
    },
    {
      what: "a statement that allows more",
      setting: "policy",
      from: "s3:GetObject",
      to: "s3:*",
      line: "images: set-policy, differs",
    },
  ]

test.each(drifts)("$what: seen, and healed", async ({ setting, from, to, line }) => {
  const before = settings().get(setting) ?? ""
  settings().set(setting, before.replace(from, to))
  expect(settings().get(setting)).not.toBe(before)
  expect(await apply()).toEqual([line])
  expect(settings().get(setting)).toBe(before)
  expect(await plan()).toEqual([])
})

test("rules that a service merged into one and named itself are the same rules", async () => {
  const merged = [
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
    "<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>",
  ].join("")
  const rule = `<Rule><ID>1</ID><Status>Enabled</Status><Prefix></Prefix>${merged}</Rule>`
  settings().set("lifecycle", `<LifecycleConfiguration>${rule}</LifecycleConfiguration>`)
  expect(await plan()).toEqual([])
})

test("an image that is served to caches for no time is uploaded again", async () => {
  const object = s3.buckets.get("images")?.objects.get("products/a.svg") ?? expect.fail("none")
  object.headers["cache-control"] = "no-store"
  expect(await apply()).toEqual(["images: upload products/a.svg, is served otherwise"])
  expect(await plan()).toEqual([])
})
