import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { type ObjectStore, openObjectStore } from "../io/object-store.ts"

interface StoredObject {
  headers: Record<string, string>
  body: string
}

/** A bucket of the fake: settings as the XML or JSON that was put, by the query's name. */
interface StoredBucket {
  settings: Map<string, string>
  objects: Map<string, StoredObject>
}

export interface FakeS3 {
  store: ObjectStore
  buckets: Map<string, StoredBucket>
  /** What was asked for, as AWS names the permission, with the resource: `s3:PutObject images/a`. */
  asked: string[]
  close(): Promise<void>
}

const settingNames = ["versioning", "cors", "lifecycle", "policy"]

/**
 * AWS' names of the permissions that requests need (Amazon S3 user guide, "Required permissions
 * for Amazon S3 API operations"); HEAD of what is not there is 404 only for those who may list.
 */
const permissions: Record<string, string> = {
  "HEAD bucket": "s3:ListBucket",
  "PUT bucket": "s3:CreateBucket",
  "GET versioning": "s3:GetBucketVersioning",
  "PUT versioning": "s3:PutBucketVersioning",
  "GET cors": "s3:GetBucketCORS",
  "PUT cors": "s3:PutBucketCORS",
  "DELETE cors": "s3:PutBucketCORS",
  "GET lifecycle": "s3:GetLifecycleConfiguration",
  "PUT lifecycle": "s3:PutLifecycleConfiguration",
  "GET policy": "s3:GetBucketPolicy",
  "PUT policy": "s3:PutBucketPolicy",
  "DELETE policy": "s3:DeleteBucketPolicy",
  "HEAD object": "s3:GetObject",
  "PUT object": "s3:PutObject",
}

/** As much of S3 as the store asks for, on loopback, and a store that asks it. */
export async function openFakeS3(): Promise<FakeS3> {
  const buckets: FakeS3["buckets"] = new Map()
  const asked: string[] = []
  const server = createServer((request, response) => {
    void answer(buckets, asked, request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const store = openObjectStore({
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    accessKey: "a",
    secretKey: "s",
  })
  const close = async () => {
    store.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { store, buckets, asked, close }
}

async function answer(
  buckets: FakeS3["buckets"],
  asked: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://s3")
  const [, bucket = "", ...rest] = pathname.split("/")
  const key = decodeURIComponent(rest.join("/"))
  const setting = settingNames.find((name) => searchParams.has(name))
  const kind = setting ?? (key === "" ? "bucket" : "object")
  const call = `${request.method} ${kind}`
  asked.push(`${permissions[call] ?? call} ${bucket}${key === "" ? "" : `/${key}`}`)
  const body = await text(request)
  const [status, headers, said] = act(buckets, { call, bucket, key, setting, body, request })
  response.writeHead(status, headers).end(said)
}

function act(
  buckets: FakeS3["buckets"],
  asked: {
    call: string
    bucket: string
    key: string
    setting: string | undefined
    body: string
    request: IncomingMessage
  },
): [number, Record<string, string>, string] {
  const { call, bucket, key, setting, body, request } = asked
  if (call === "PUT bucket") buckets.set(bucket, { settings: new Map(), objects: new Map() })
  const found = buckets.get(bucket)
  if (found === undefined) return [404, {}, "<Error><Code>NoSuchBucket</Code></Error>"]
  if (setting !== undefined) {
    if (request.method === "PUT") found.settings.set(setting, body)
    if (request.method === "DELETE") found.settings.delete(setting)
    if (request.method !== "GET") return [200, {}, ""]
    const unset = setting === "versioning" ? "<VersioningConfiguration/>" : undefined
    const value = found.settings.get(setting) ?? unset
    return value === undefined ? [404, {}, "<Error><Code>None</Code></Error>"] : [200, {}, value]
  }
  if (call === "PUT object") {
    const { "content-type": type = "", "cache-control": caching = "" } = request.headers
    found.objects.set(key, { headers: { "content-type": type, "cache-control": caching }, body })
  }
  if (call !== "HEAD object") return [200, {}, ""]
  const object = found.objects.get(key)
  return object === undefined ? [404, {}, ""] : [200, object.headers, ""]
}
