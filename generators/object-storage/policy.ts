import type { BucketSpec } from "../../schema/bucket.ts"

/** A policy of AWS' IAM for a user: no principal, because it is whoever the policy is given to. */
export interface KeyPolicy {
  Version: "2012-10-17"
  Statement: { Sid: string; Effect: "Allow"; Action: string[]; Resource: string[] }[]
}

/** What `quickcart storage` asks of a bucket itself; it deletes no bucket. */
const bucketActions = [
  "s3:CreateBucket",
  "s3:DeleteBucketPolicy",
  "s3:GetBucketCORS",
  "s3:GetBucketPolicy",
  "s3:GetBucketVersioning",
  "s3:GetLifecycleConfiguration",
  // Whether a bucket or an object is there: without it S3 answers 403 for both.
  "s3:ListBucket",
  "s3:PutBucketCORS",
  "s3:PutBucketPolicy",
  "s3:PutBucketVersioning",
  "s3:PutLifecycleConfiguration",
]

/** And of the objects that it keeps; a backup is none of them. */
const objectActions = ["s3:GetObject", "s3:PutObject"]

/** All that the key in `storage_access_key` may do: keep the buckets, and the objects that are committed. */
export function keyPolicy(buckets: BucketSpec[]): KeyPolicy {
  const objects = buckets.flatMap(({ name, objects }) => foldersOf(objects).map(arn(name)))
  const statement = (Sid: string, Action: string[], Resource: string[]) =>
    Resource.length === 0 ? [] : [{ Sid, Effect: "Allow" as const, Action, Resource }]
  return {
    Version: "2012-10-17",
    Statement: [
      ...statement(
        "KeepBuckets",
        bucketActions,
        buckets.map(({ name }) => `arn:aws:s3:::${name}`),
      ),
      ...statement("KeepCommittedObjects", objectActions, objects),
    ],
  }
}

function foldersOf(objects: BucketSpec["objects"]): string[] {
  return [...new Set(objects.map(({ key }) => key.slice(0, key.lastIndexOf("/") + 1)))]
}

const arn = (bucket: string) => (folder: string) => `arn:aws:s3:::${bucket}/${folder}*`
