import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { ObjectStorageFile } from "../../schema/bucket.ts"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import { readText } from "../io/files.ts"
import { throughHost } from "../io/http-through-host.ts"
import { type ObjectStore, openObjectStore } from "../io/object-store.ts"
import { openRemote } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { localSecrets, resolveSecrets } from "../secrets/source.ts"
import { executeStorage } from "./execute.ts"
import { observeStorage } from "./observe.ts"
import { reconcileStorage, storageLine } from "./reconcile.ts"

/** Hosts reach what only the private network does; the first manager is always there. */
const relayHost = "manager-1"

/** The verb `storage <action> <env>`; returns the exit code: 2 for a plan with changes. */
export async function storageVerb(
  repository: string,
  action: string,
  environment: string,
  options: { json?: boolean },
): Promise<number> {
  if (action !== "plan" && action !== "apply") {
    throw new Failure(`storage can plan or apply, not "${action}".`)
  }
  const directory = join(repository, "stacks", environment)
  const wanted = readStorageFile(repository, environment)
  return withStore(repository, environment, wanted, async (store) => {
    const operations = reconcileStorage(wanted.buckets, await observeStorage(store, wanted.buckets))
    if (options.json === true) process.stdout.write(`${JSON.stringify(operations)}\n`)
    else if (operations.length === 0) process.stdout.write("every bucket is as wanted\n")
    else for (const one of operations) process.stdout.write(`${storageLine(one)}\n`)
    if (action === "plan") return operations.length === 0 ? 0 : 2
    await executeStorage(store, operations, (file) => readFileSync(join(directory, file)))
    return 0
  })
}

/** Makes every bucket of an environment as its commit wants it; returns what was done. */
export async function applyStorage(repository: string, environment: string): Promise<string[]> {
  const directory = join(repository, "stacks", environment)
  const wanted = readStorageFile(repository, environment)
  return withStore(repository, environment, wanted, async (store) => {
    const operations = reconcileStorage(wanted.buckets, await observeStorage(store, wanted.buckets))
    await executeStorage(store, operations, (file) => readFileSync(join(directory, file)))
    return operations.map(storageLine)
  })
}

function readStorageFile(repository: string, environment: string): ObjectStorageFile {
  readFleetFile(repository, environment)
  const text = readText(join(repository, "stacks", environment, "object-storage.json"))
  if (text !== undefined) return JSON.parse(text)
  throw new Failure(
    `${environment} has no object storage. Declare objectStorage in environments/${environment}.yaml and run: npx quickcart render ${environment}`,
  )
}

async function withStore<Result>(
  repository: string,
  environment: string,
  wanted: ObjectStorageFile,
  body: (store: ObjectStore) => Promise<Result>,
): Promise<Result> {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const source = localSecrets(repository, state)
  const keys = ["storage_access_key", "storage_secret_key"]
  // Named by nothing in Swarm, so any key will do for the names that are not used.
  const [accessKey = "", secretKey = ""] = resolveSecrets(
    { secrets: keys, credentials: [] },
    source,
    "",
  ).map((one) => one.value)
  const { endpoint, region } = wanted
  const access = { endpoint, region, accessKey, secretKey }
  if (!wanted.internal) return closing(openObjectStore(access), body)
  const remote = openRemote(fleet, state)
  try {
    const authority = state.read("secrets", "internal_ca") ?? ""
    const requestHandler = throughHost(remote, relayHost, authority)
    return await closing(openObjectStore({ ...access, requestHandler }), body)
  } finally {
    await remote.close()
  }
}

async function closing<Result>(
  store: ObjectStore,
  body: (store: ObjectStore) => Promise<Result>,
): Promise<Result> {
  try {
    return await body(store)
  } finally {
    store.close()
  }
}
