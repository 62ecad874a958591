import type { BucketSpec, ObjectSpec } from "../../schema/bucket.ts"
import type { Found } from "../io/bucket-rules.ts"
import type { ObjectHeaders } from "../io/object-store.ts"

/** A bucket as it is; every part in the form the spec has. */
export interface ObservedBucket {
  versioning: boolean
  cors: Found<NonNullable<BucketSpec["cors"]>>
  lifecycle: Found<BucketSpec["lifecycle"]>
  policy: BucketSpec["policy"]
  /** The wanted objects by key; null for one that is not there. */
  objects: Map<string, ObjectHeaders | null>
}

/** Buckets by name; null for one that does not exist. */
export type ObservedBuckets = Map<string, ObservedBucket | null>

export type StorageOperation =
  | { kind: "create-bucket"; bucket: string; cause: string }
  | { kind: "set-versioning"; bucket: string; cause: string }
  | { kind: "set-cors"; bucket: string; cause: string; cors: BucketSpec["cors"] }
  | { kind: "set-lifecycle"; bucket: string; cause: string; lifecycle: BucketSpec["lifecycle"] }
  | { kind: "set-policy"; bucket: string; cause: string; policy: BucketSpec["policy"] }
  | { kind: "upload"; bucket: string; cause: string; object: ObjectSpec }

/**
 * What has to be done so that every bucket is as wanted, in order. Nothing is
 * ever deleted: objects and buckets that nobody wants any more stay, because
 * old pages in caches still show old images.
 */
export function reconcileStorage(
  wanted: BucketSpec[],
  observed: ObservedBuckets,
): StorageOperation[] {
  return wanted.flatMap((spec) => reconcileBucket(spec, observed.get(spec.name) ?? null))
}

const nothing: ObservedBucket = {
  versioning: false,
  cors: null,
  lifecycle: null,
  policy: null,
  objects: new Map(),
}

function reconcileBucket(spec: BucketSpec, found: ObservedBucket | null): StorageOperation[] {
  const bucket = spec.name
  const { versioning, cors, lifecycle, policy, objects } = found ?? nothing
  const operations: StorageOperation[] = []
  if (found === null) operations.push({ kind: "create-bucket", bucket, cause: "does not exist" })
  if (spec.versioning && !versioning) {
    operations.push({ kind: "set-versioning", bucket, cause: "keeps no versions" })
  }
  if (!same(unordered(spec.cors), unordered(cors))) {
    operations.push({ kind: "set-cors", bucket, cause: change(cors), cors: spec.cors })
  }
  if (!same(spec.lifecycle, lifecycle)) {
    const cause = change(lifecycle)
    operations.push({ kind: "set-lifecycle", bucket, cause, lifecycle: spec.lifecycle })
  }
  if (!same(spec.policy, policy)) {
    operations.push({ kind: "set-policy", bucket, cause: change(policy), policy: spec.policy })
  }
  const uploads = spec.objects.flatMap((object): StorageOperation[] => {
    const cause = uploadCause(object, objects.get(object.key) ?? null)
    return cause === undefined ? [] : [{ kind: "upload", bucket, cause, object }]
  })
  return [...operations, ...uploads]
}

/** One line about an operation. */
export function storageLine(operation: StorageOperation): string {
  const what = operation.kind === "upload" ? ` ${operation.object.key}` : ""
  return `${operation.bucket}: ${operation.kind}${what}, ${operation.cause}`
}

/** Its content needs no look: the key changes with it. */
function uploadCause(object: ObjectSpec, found: ObjectHeaders | null): string | undefined {
  if (found === null) return "is not there"
  const { contentType, cacheControl } = object
  return same({ contentType, cacheControl }, found) ? undefined : "is served otherwise"
}

/** Services keep origins and methods in an order of their own. */
function unordered(cors: ObservedBucket["cors"]): unknown {
  if (cors === null || typeof cors === "string") return cors
  return { ...cors, origins: cors.origins.toSorted(), methods: cors.methods.toSorted() }
}

function change(found: unknown): string {
  return found === null ? "has none" : "differs"
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

/** Services return keys in another order, and lists of one as the item alone. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? ordered(value[0]) : value.map(ordered)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, ordered(inner)] as const)
  return Object.fromEntries(entries.sort(([x], [y]) => (x < y ? -1 : 1)))
}
