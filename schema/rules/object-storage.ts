import { hostsOf } from "../../generators/core/roles.ts"
import { standInPort } from "../../generators/object-storage/stand-in.ts"
import { parseIpv4 } from "../ipv4.ts"
import type { Finding, Rule } from "./rule.ts"

export const storageNames: Rule = {
  id: "object-storage/names",
  reason: "Vendors refuse some names, and images and backups must not share a bucket.",
  severity: "error",
  check(_, { objectStorage }) {
    if (objectStorage === undefined) return []
    const { imagesBucket, backupBucket } = objectStorage
    const findings = [
      ...findBadName("imagesBucket", imagesBucket),
      ...(backupBucket === undefined ? [] : findBadName("backupBucket", backupBucket)),
    ]
    if (imagesBucket !== backupBucket) return findings
    const message = `is ${imagesBucket} too: anyone may read images, nobody backups; write another name`
    return [...findings, { path: ["objectStorage", "backupBucket"], message }]
  },
}

function findBadName(field: string, name: string): Finding[] {
  const path = ["objectStorage", field]
  if (parseIpv4(name) !== undefined) {
    return [{ path, message: `"${name}" looks like an address; write a name` }]
  }
  // A dot is another level of host name, which certificates of vendors do not cover.
  if (!name.includes(".")) return []
  const message = `"${name}" has a dot, so TLS fails at <bucket>.<endpoint>; write ${name.replaceAll(".", "-")}`
  return [{ path, message }]
}

export const standIn: Rule = {
  id: "object-storage/stand-in",
  reason: "The box has no provider's storage: its own stands on the first manager.",
  severity: "error",
  check(fleet) {
    const manager = hostsOf(fleet, "manager")[0]
    if (fleet.objectStorage === null || fleet.provider.name !== "box" || manager === undefined) {
      return []
    }
    const wanted = `https://${manager.privateAddress}:${standInPort}`
    if (fleet.objectStorage.endpoint === wanted) return []
    const message = `is ${fleet.objectStorage.endpoint}, where nothing answers in a box; write ${wanted}`
    return [{ path: ["objectStorage", "endpoint"], message }]
  },
}
