import {
  CreateBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketPolicyCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3"
import type { BucketSpec, ObjectSpec } from "../../schema/bucket.ts"

/** One S3-compatible service, in the words of `BucketSpec`. Every method throws what S3 answers. */
export interface ObjectStore {
  exists(bucket: string): Promise<boolean>
  versioning(bucket: string): Promise<boolean>
  cors(bucket: string): Promise<BucketSpec["cors"]>
  lifecycle(bucket: string): Promise<BucketSpec["lifecycle"] | null>
  policy(bucket: string): Promise<BucketSpec["policy"]>
  keys(bucket: string, prefix: string): Promise<string[]>
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
    cors: async (Bucket) => {
      const [rule] =
        (await found(client.send(new GetBucketCorsCommand({ Bucket }))))?.CORSRules ?? []
      if (rule === undefined) return null
      const { AllowedOrigins, AllowedMethods, MaxAgeSeconds } = rule
      return {
        origins: AllowedOrigins ?? [],
        methods: AllowedMethods ?? [],
        maxAgeSeconds: MaxAgeSeconds ?? 0,
      }
    },
    lifecycle: async (Bucket) => {
      const answer = await found(
        client.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
      )
      const rule = (id: string) => answer?.Rules?.find(({ ID }) => ID === id)
      const abandonedUploadDays =
        rule(abandoned)?.AbortIncompleteMultipartUpload?.DaysAfterInitiation
      const replacedDays = rule(replaced)?.NoncurrentVersionExpiration?.NoncurrentDays
      if (abandonedUploadDays === undefined || replacedDays === undefined) return null
      return { abandonedUploadDays, replacedDays }
    },
    policy: async (Bucket) => {
      const text = (await found(client.send(new GetBucketPolicyCommand({ Bucket }))))?.Policy
      return text === undefined || text === "" ? null : JSON.parse(text)
    },
    keys: async (Bucket, Prefix) => {
      const keys: string[] = []
      let token: string | undefined
      do {
        const next = token === undefined ? {} : { ContinuationToken: token }
        const page = await client.send(new ListObjectsV2Command({ Bucket, Prefix, ...next }))
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []))
        token = page.NextContinuationToken
      } while (token !== undefined)
      return keys
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
