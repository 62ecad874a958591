import type { ObjectStore } from "../io/object-store.ts"
import type { StorageOperation } from "./reconcile.ts"

/** Carries the operations out in order; `read` gives the content of a committed file. */
export async function executeStorage(
  store: ObjectStore,
  operations: StorageOperation[],
  read: (file: string) => Uint8Array,
): Promise<void> {
  for (const operation of operations) await executeOne(store, operation, read)
}

async function executeOne(
  store: ObjectStore,
  operation: StorageOperation,
  read: (file: string) => Uint8Array,
): Promise<void> {
  const { bucket } = operation
  switch (operation.kind) {
    case "create-bucket":
      return store.create(bucket)
    case "set-versioning":
      return store.enableVersioning(bucket)
    case "set-cors":
      return store.setCors(bucket, operation.cors)
    case "set-lifecycle":
      return store.setLifecycle(bucket, operation.lifecycle)
    case "set-policy":
      return store.setPolicy(bucket, operation.policy)
    case "upload":
      return store.upload(bucket, operation.object, read(operation.object.file))
  }
}
