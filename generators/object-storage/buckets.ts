import { products } from "../../images/shop/src/catalogue.ts"
import { productImage } from "../../images/shop/src/product-image.ts"
import type { BucketSpec } from "../../schema/bucket.ts"
import type { Fleet } from "../core/fleet.ts"

type Storage = NonNullable<Fleet["objectStorage"]>

/** A year, the longest that caches honour; the key changes with the content. */
const forEver = "public, max-age=31536000, immutable"

/** Unfinished uploads cost money and are seen by nobody. */
const abandonedUploadDays = 7

/** How long a replaced or deleted image can be brought back. */
const replacedImageDays = 30

/** Path of a product image below `stacks/<env>/`, where it waits to be uploaded. */
export function imageFile(key: string): string {
  return `objects/${key}`
}

/** Pictures of the sample products; none where another shop brings its own. */
export function sampleImages(fleet: Fleet) {
  return fleet.app.image === fleet.images.shop ? products.map(productImage) : []
}

/** Every bucket as it has to be. */
export function bucketsOf(fleet: Fleet, storage: Storage): BucketSpec[] {
  return [
    imagesBucket(fleet, storage),
    ...(storage.backupBucket === null ? [] : [backupBucket(storage.backupBucket)]),
  ]
}

/** Anyone may read a product image whose name they know; nobody may list or change them. */
function imagesBucket(fleet: Fleet, { imagesBucket: name }: Storage): BucketSpec {
  const { hostname, aliases } = fleet.edge
  return {
    name,
    versioning: true,
    cors: {
      origins: [hostname, ...aliases].map((host) => `https://${host}`),
      methods: ["GET", "HEAD"],
      maxAgeSeconds: 86_400,
    },
    lifecycle: { abandonedUploadDays, replacedDays: replacedImageDays },
    policy: {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "ReadProductImages",
          Effect: "Allow",
          Principal: "*",
          Action: ["s3:GetObject"],
          Resource: [`arn:aws:s3:::${name}/products/*`],
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    },
    objects: sampleImages(fleet).map(({ key }) => ({
      key,
      file: imageFile(key),
      contentType: "image/svg+xml",
      cacheControl: forEver,
    })),
  }
}

/** Private. pgBackRest expires its own files; versions let a deletion be undone for a while. */
function backupBucket(name: string): BucketSpec {
  return {
    name,
    versioning: true,
    cors: null,
    lifecycle: { abandonedUploadDays, replacedDays: replacedImageDays },
    policy: null,
    objects: [],
  }
}
