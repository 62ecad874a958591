import type { BucketSpec } from "../../schema/bucket.ts"
import type { ObjectHeaders, ObjectStore } from "../io/object-store.ts"
import type { ObservedBucket, ObservedBuckets } from "./reconcile.ts"

/** Reads every wanted bucket as it is; changes nothing. */
export async function observeStorage(
  store: ObjectStore,
  buckets: BucketSpec[],
): Promise<ObservedBuckets> {
  const entries = buckets.map(
    async (spec) => [spec.name, await observeBucket(store, spec)] as const,
  )
  return new Map(await Promise.all(entries))
}

async function observeBucket(store: ObjectStore, spec: BucketSpec): Promise<ObservedBucket | null> {
  if (!(await store.exists(spec.name))) return null
  const [versioning, cors, lifecycle, policy] = await Promise.all([
    store.versioning(spec.name),
    store.cors(spec.name),
    store.lifecycle(spec.name),
    store.policy(spec.name),
  ])
  const objects = new Map<string, ObjectHeaders | null>()
  // One after another: each may be a command on a host of the fleet, which takes few at once.
  for (const { key } of spec.objects) objects.set(key, await store.headers(spec.name, key))
  return { versioning, cors, lifecycle, policy, objects }
}
