import { expect, test } from "vitest"
import { standIn, storageNames } from "./object-storage.ts"
import { verdict } from "./rule-bench.ts"

function names(imagesBucket: string, backupBucket: string): string[] {
  return verdict(storageNames, (spec) => {
    spec.objectStorage = { endpoint: "https://s3.example.com", imagesBucket, backupBucket }
  })
}

test("object-storage/names: two plain names", () => {
  expect(names("images", "backup")).toEqual([])
  expect(names("same", "same")).toEqual([
    "objectStorage.backupBucket: is same too: anyone may read images, nobody backups; write another name",
  ])
  expect(names("shop.images", "10.0.0.1")).toEqual([
    expect.stringContaining("write shop-images"),
    expect.stringContaining("looks like an address"),
  ])
})

test("object-storage/stand-in: in the box the endpoint is the first manager's", () => {
  expect(verdict(standIn)).toEqual([])
  const box = (endpoint: string) =>
    verdict(standIn, (spec) => {
      spec.provider.name = "box"
      spec.objectStorage = { endpoint, imagesBucket: "images" }
    })
  expect(box("https://10.10.0.11:9000/")).toEqual([])
  expect(box("https://s3.example.com")).toEqual([
    expect.stringMatching("write https://10.10.0.11:9000$"),
  ])
})
