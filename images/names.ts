/** Images this repository builds; each is a folder under `images/`. */
export const imageNames = [
  "host",
  "haproxy",
  "keepalived",
  "registry",
  "shop",
  "etcd",
  "postgres",
  "pgbouncer",
  "redis",
  "s3",
  "prometheus",
  "exporters",
  "logs",
] as const

export type ImageName = (typeof imageNames)[number]

/** One image in `images/lock.json`. */
export interface LockedImage {
  /** First 16 hex digits of the SHA-256 over the folder's files: the `source` tag. */
  source: string
  /** Digest of the published image, or null before it was published. */
  digest: string | null
}

export type ImageLock = Record<ImageName, LockedImage>
