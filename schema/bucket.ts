/** A bucket as `stacks/<env>/object-storage.json` wants it. */
export interface BucketSpec {
  name: string
  /** Whether replaced and deleted objects are kept as older versions. */
  versioning: boolean
  /** Which pages may read it from a browser; null for none. */
  cors: { origins: string[]; methods: string[]; maxAgeSeconds: number } | null
  lifecycle: {
    /** Days after which an unfinished upload is dropped. */
    abandonedUploadDays: number
    /** Days after which a replaced or deleted version is dropped. */
    replacedDays: number
  }
  /** Bucket policy in the vendor-neutral part of AWS' language; null is private. */
  policy: Record<string, unknown> | null
  objects: ObjectSpec[]
}

/** An object whose content is committed; its key changes with the content. */
export interface ObjectSpec {
  key: string
  /** Relative to `stacks/<env>/`. */
  file: string
  contentType: string
  cacheControl: string
}

/** `stacks/<env>/object-storage.json`. */
export interface ObjectStorageFile {
  /** Address of the S3 API, https. */
  endpoint: string
  region: string
  /** Whether the endpoint is inside the fleet and reached through its hosts. */
  internal: boolean
  buckets: BucketSpec[]
}
