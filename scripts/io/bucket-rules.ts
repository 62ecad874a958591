import type { CORSRule, LifecycleRule } from "@aws-sdk/client-s3"
import type { BucketSpec } from "../../schema/bucket.ts"

/** Rules that the spec has no words for: whoever made them, they are not what is wanted. */
export const otherRules = "other rules"

/** A bucket's rules: in the words of the spec, null for none, or such as the spec has no words for. */
export type Found<Rules> = Rules | null | typeof otherRules

type Cors = NonNullable<BucketSpec["cors"]>
type Lifecycle = BucketSpec["lifecycle"]

/** Which pages may read a bucket. */
export function corsFrom(rules: CORSRule[]): Found<Cors> {
  const [rule, ...more] = rules
  if (rule === undefined) return null
  const extra = [rule.AllowedHeaders, rule.ExposeHeaders].some((names) => (names ?? []).length > 0)
  if (more.length > 0 || extra) return otherRules
  return {
    origins: rule.AllowedOrigins ?? [],
    methods: rule.AllowedMethods ?? [],
    maxAgeSeconds: rule.MaxAgeSeconds ?? 0,
  }
}

/**
 * What a bucket drops by itself. Rules count by what they do, since services merge and rename
 * them; one that is disabled does nothing.
 */
export function lifecycleFrom(rules: LifecycleRule[]): Found<Lifecycle> {
  const active = rules.filter(({ Status }) => Status === "Enabled")
  if (active.length === 0) return null
  if (active.some(isOther)) return otherRules

  const abandoned = active.flatMap(
    (rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? [],
  )
  const replaced = active.flatMap((rule) => rule.NoncurrentVersionExpiration?.NoncurrentDays ?? [])
  const [abandonedUploadDays] = abandoned
  const [replacedDays] = replaced
  if (abandoned.length !== 1 || replaced.length !== 1) return otherRules
  if (abandonedUploadDays === undefined || replacedDays === undefined) return otherRules
  return { abandonedUploadDays, replacedDays }
}

/** Concerns a part of the bucket, drops or moves objects that are in use, or spares some versions. */
function isOther(rule: LifecycleRule): boolean {
  const { Filter, Prefix, Expiration, Transitions, NoncurrentVersionTransitions } = rule
  const parts = [
    Prefix,
    Filter?.Prefix,
    Filter?.Tag,
    Filter?.And,
    Filter?.ObjectSizeGreaterThan,
    Filter?.ObjectSizeLessThan,
  ]
  const moves = [...(Transitions ?? []), ...(NoncurrentVersionTransitions ?? [])]
  return (
    parts.some((part) => part !== undefined && part !== "") ||
    Expiration?.Days !== undefined ||
    Expiration?.Date !== undefined ||
    rule.NoncurrentVersionExpiration?.NewerNoncurrentVersions !== undefined ||
    moves.length > 0
  )
}
