import type { BucketSpec } from "../../schema/bucket.ts"
import type { ObjectStore } from "../io/object-store.ts"
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
  const [versioning, cors, lifecycle, policy, keys] = await Promise.all([
    store.versioning(spec.name),
    store.cors(spec.name),
    store.lifecycle(spec.name),
    store.policy(spec.name),
    // A backup bucket may hold a hundred thousand objects, none of which is wanted by name.
    spec.objects.length === 0 ? [] : store.keys(spec.name, ""),
  ])
  return { versioning, cors, lifecycle, policy, keys }
}
