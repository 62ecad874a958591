import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketPolicyCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3"
import type { BucketSpec, ObjectSpec } from "../../schema/bucket.ts"
import { corsFrom, type Found, lifecycleFrom } from "./bucket-rules.ts"

/** How an object is served. */
export type ObjectHeaders = Pick<ObjectSpec, "contentType" | "cacheControl">

/** One S3-compatible service, in the words of `BucketSpec`. Every method throws what S3 answers. */
export interface ObjectStore {
  exists(bucket: string): Promise<boolean>
  versioning(bucket: string): Promise<boolean>
  cors(bucket: string): Promise<Found<NonNullable<BucketSpec["cors"]>>>
  lifecycle(bucket: string): Promise<Found<BucketSpec["lifecycle"]>>
  policy(bucket: string): Promise<BucketSpec["policy"]>
  /** Of one object; null where there is none. */
  headers(bucket: string, key: string): Promise<ObjectHeaders | null>
  create(bucket: string): Promise<void>
  enableVersioning(bucket: string): Promise<void>
  setCors(bucket: string, cors: BucketSpec["cors"]): Promise<void>
  setLifecycle(bucket: string, lifecycle: BucketSpec["lifecycle"]): Promise<void>
  setPolicy(bucket: string, policy: BucketSpec["policy"]): Promise<void>
  upload(bucket: string, object: ObjectSpec, content: Uint8Array): Promise<void>
  close(): void
}

export interface StoreAccess {
  endpoint: string
  region: string
  accessKey: string
  secretKey: string
  /** How requests travel, where not straight from here. */
  requestHandler?: NonNullable<S3ClientConfig["requestHandler"]>
}

const abandoned = "abandoned-uploads"
const replaced = "replaced-versions"

/** Opens an S3-compatible service. No connection is made before the first use. */
export function openObjectStore(access: StoreAccess): ObjectStore {
  const { endpoint, region, accessKey, secretKey, requestHandler } = access
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    // Every S3-compatible service knows paths; host names need a DNS entry for each bucket.
    forcePathStyle: true,
    // Newer checksums than S3 demands are refused by some of them.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(requestHandler === undefined ? {} : { requestHandler }),
  })
  return {
    exists: (Bucket) =>
      found(client.send(new HeadBucketCommand({ Bucket }))).then((answer) => answer !== undefined),
    versioning: async (Bucket) =>
      (await client.send(new GetBucketVersioningCommand({ Bucket }))).Status === "Enabled",
    cors: async (Bucket) =>
      corsFrom((await found(client.send(new GetBucketCorsCommand({ Bucket }))))?.CORSRules ?? []),
    lifecycle: async (Bucket) => {
      const asked = client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
      return lifecycleFrom((await found(asked))?.Rules ?? [])
    },
    policy: async (Bucket) => {
      const text = (await found(client.send(new GetBucketPolicyCommand({ Bucket }))))?.Policy
      return text === undefined || text === "" ? null : JSON.parse(text)
    },
    headers: async (Bucket, Key) => {
      const answer = await found(client.send(new HeadObjectCommand({ Bucket, Key })))
      if (answer === undefined) return null
      return { contentType: answer.ContentType ?? "", cacheControl: answer.CacheControl ?? "" }
    },
    create: async (Bucket) => void (await client.send(new CreateBucketCommand({ Bucket }))),
    enableVersioning: async (Bucket) => {
      const VersioningConfiguration = { Status: "Enabled" as const }
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    },
    setCors: async (Bucket, cors) => {
      if (cors === null) return void (await client.send(new DeleteBucketCorsCommand({ Bucket })))
      const { origins, methods, maxAgeSeconds } = cors
      const rule = {
        AllowedOrigins: origins,
        AllowedMethods: methods,
        MaxAgeSeconds: maxAgeSeconds,
      }
      await client.send(
        new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [rule] } }),
      )
    },
    setLifecycle: async (Bucket, { abandonedUploadDays, replacedDays }) => {
      const everything = { Status: "Enabled" as const, Filter: { Prefix: "" } }
      const Rules = [
        {
          ...everything,
          ID: abandoned,
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: abandonedUploadDays },
        },
        {
          ...everything,
          ID: replaced,
          NoncurrentVersionExpiration: { NoncurrentDays: replacedDays },
        },
      ]
      const LifecycleConfiguration = { Rules }
      await client.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }),
      )
    },
    setPolicy: async (Bucket, policy) => {
      if (policy === null)
        return void (await client.send(new DeleteBucketPolicyCommand({ Bucket })))
      const Policy = JSON.stringify(policy)
      await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    },
    upload: async (Bucket, { key, contentType, cacheControl }, content) => {
      const headers = { ContentType: contentType, CacheControl: cacheControl }
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: content, ...headers }))
    },
    close: () => client.destroy(),
  }
}

/** The answer, or undefined where S3 says that there is none. */
async function found<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
    if (status === 404) return undefined
    throw error
  }
}
