import type { ObjectStorageFile } from "../../schema/bucket.ts"
import { canonicalJson } from "../core/canonical.ts"
import { type Component, contribution } from "../core/component.ts"
import { password } from "../core/credentials.ts"
import { bucketsOf, imageFile, sampleImages } from "./buckets.ts"
import { keyPolicy } from "./policy.ts"

/**
 * Buckets and what has to be in them, for `quickcart storage` to apply, and what its
 * key needs for that.
 */
export const objectStorage: Component = {
  name: "object-storage",
  contribute: (fleet) => {
    const storage = fleet.objectStorage
    if (storage === null) {
      return contribution()
    }
    const file: ObjectStorageFile = {
      endpoint: storage.endpoint,
      region: storage.region,
      internal: fleet.provider.name === "box",
      buckets: bucketsOf(fleet, storage),
    }
    return {
      services: [],
      flows: [],
      files: [
        { path: "object-storage.json", text: canonicalJson(file) },
        { path: "object-storage-policy.json", text: canonicalJson(keyPolicy(file.buckets)) },
        ...sampleImages(fleet).map(({ key, svg }) => ({ path: imageFile(key), text: svg })),
      ],
      checks: [],
      credentials: [password("storage_access_key"), password("storage_secret_key")],
    }
  },
}
