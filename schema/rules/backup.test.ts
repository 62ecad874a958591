import { describe, expect, test } from "vitest"
import { bucket, rpo } from "./backup.ts"
import { verdict } from "./rule-bench.ts"

describe("backup/rpo", () => {
  const archive = (archiveTimeout: string) =>
    verdict(rpo, (spec) => (spec.backup = { archiveTimeout, fullBackupAt: "02:00" }))

  test("archiving and pushing must end before the RPO", () => {
    expect(archive("269s")).toEqual([])
    expect(archive("270s")).toEqual([
      "backup.archiveTimeout: 270 s until a segment is archived + 30 s to push it = 300 s, " +
        "not below the 300 s of objectives.rpo; write less",
    ])
  })

  test("zero means never to PostgreSQL", () => {
    expect(archive("0s")).toEqual([expect.stringContaining("turns timed archiving off")])
  })

  test("production needs a backup, staging may do without", () => {
    expect(verdict(rpo, (spec) => delete spec.backup)).toHaveLength(1)
    const staging = verdict(rpo, (spec) => {
      delete spec.backup
      spec.tier = "staging"
    })
    expect(staging).toEqual([])
  })
})

test("backup/bucket: backups need a bucket", () => {
  expect(verdict(bucket)).toEqual([])
  expect(verdict(bucket, (spec) => delete spec.objectStorage)).toHaveLength(1)
  const none = verdict(bucket, (spec) => {
    delete spec.objectStorage
    delete spec.backup
  })
  expect(none).toEqual([])
})
