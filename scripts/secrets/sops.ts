import { createDecipheriv, createHash } from "node:crypto"
import { parse } from "yaml"
import { Failure } from "../io/failure.ts"

/** Bytes of the tag of AES-GCM; a shorter one would be easier to forge. */
const tagBytes = 16
/** What the hash begins with under `mac_only_encrypted`: SHA-256 of "sops", as sops defines it. */
const onlyEncryptedStart = createHash("sha256").update("sops").digest()

type Tree = Map<unknown, unknown>

/** A file as sops writes it: names in plain text, values encrypted with one data key. */
export interface SopsFile {
  /** What people call the file. */
  label: string
  values: Tree
  metadata: Tree
  /** The data key, encrypted with age for each recipient, in armour. */
  encryptedKeys: string[]
}

/** Reads what is in plain text. Throws a Failure when it is not what sops writes for age. */
export function readSops(text: string, label: string): SopsFile {
  const values = parsed(text, label)
  const metadata = values instanceof Map ? values.get("sops") : undefined
  if (!(values instanceof Map) || !(metadata instanceof Map)) {
    throw new Failure(
      `${label} has no section "sops", so sops did not encrypt it. Do: sops encrypt --age age1... --in-place ${label}`,
    )
  }
  if (metadata.has("key_groups")) {
    throw new Failure(
      `${label} splits its key among groups (key_groups), which is not read here. Encrypt it for age recipients alone.`,
    )
  }
  const recipients: unknown[] = [metadata.get("age") ?? []].flat()
  const encryptedKeys = recipients.flatMap((one) => (one instanceof Map ? [one.get("enc")] : []))
  if (encryptedKeys.length === 0) {
    throw new Failure(
      `${label} is encrypted for no age recipient. Add one: sops rotate --add-age age1... --in-place ${label}`,
    )
  }
  values.delete("sops")
  return { label, values, metadata, encryptedKeys: encryptedKeys.map(String) }
}

/**
 * The values at the top of the file, by name. A value that is not encrypted is
 * no secret and left out; one below a name is refused when it is asked for.
 * Throws a Failure when anything was changed after sops had encrypted it.
 */
export function openSops(file: SopsFile, dataKey: Buffer): (name: string) => string | undefined {
  verify(file, dataKey)
  return (name) => {
    const value = file.values.get(name)
    if (value instanceof Map || Array.isArray(value)) {
      throw new Failure(`${file.label}: ${name} holds several values. Give it one, as a text.`)
    }
    return isEncrypted(value) ? textOf(value, decrypted(file, value, [name], dataKey)) : undefined
  }
}

/**
 * The MAC covers all values in their order, so that none can be added, removed,
 * swapped or replaced by an older one; names are bound to theirs by encryption.
 */
function verify(file: SopsFile, dataKey: Buffer): void {
  const onlyEncrypted = file.metadata.get("mac_only_encrypted") === true
  const hash = createHash("sha512")
  if (onlyEncrypted) hash.update(onlyEncryptedStart)
  for (const { path, value } of leaves(file.values)) {
    if (isEncrypted(value)) hash.update(decrypted(file, value, path, dataKey))
    else if (!onlyEncrypted) hash.update(plainText(value))
  }
  const mac = file.metadata.get("mac")
  const time = String(file.metadata.get("lastmodified"))
  const expected = isEncrypted(mac) ? decrypt(mac, time, dataKey)?.toString() : undefined
  if (expected === hash.digest("hex").toUpperCase()) return
  throw changed(file, "values were added, removed or moved (its MAC does not match)")
}

interface Leaf {
  path: string[]
  value: unknown
}

/** Every value with its names, in the order of the file; items of a list share the list's. */
function* leaves(value: unknown, path: string[] = []): Generator<Leaf> {
  if (value instanceof Map) {
    for (const [name, inner] of value) yield* leaves(inner, [...path, String(name)])
  } else if (Array.isArray(value)) {
    for (const inner of value) yield* leaves(inner, path)
  } else if (value !== null) yield { path, value }
}

const form = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:(\w+)\]$/

function isEncrypted(value: unknown): value is string {
  return typeof value === "string" && form.test(value)
}

function decrypted(file: SopsFile, value: string, path: string[], dataKey: Buffer): Buffer {
  const plain = decrypt(value, `${path.join(":")}:`, dataKey)
  if (plain !== undefined) return plain
  throw changed(file, `the value at ${path.join(".")} was changed (its tag does not match)`)
}

/** Undefined when the value, the key or what it is bound to is another than at its encryption. */
function decrypt(value: string, boundTo: string, key: Buffer): Buffer | undefined {
  const [data, nonce, tag] = (form.exec(value) ?? []).slice(1, 4).map(fromBase64)
  if (data === undefined || nonce === undefined || tag === undefined) return undefined
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
    decipher.setAuthTag(tag).setAAD(Buffer.from(boundTo))
    return Buffer.concat([decipher.update(data), decipher.final()])
  } catch {
    return undefined
  }
}

const fromBase64 = (text: string) => Buffer.from(text, "base64")

/** Sops writes booleans as Python does. */
function textOf(value: string, plain: Buffer): string {
  return value.endsWith("type:bool]") ? plain.toString().toLowerCase() : plain.toString()
}

/** A value that was never encrypted, as sops hashes it. */
function plainText(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False"
  return String(value)
}

function parsed(text: string, label: string): unknown {
  try {
    return parse(text, { mapAsMap: true, intAsBigInt: true })
  } catch (error) {
    const line = /at line \d+/.exec(error instanceof Error ? error.message : "")?.[0] ?? "its end"
    throw new Failure(`${label} is not one YAML document: look ${line}.`)
  }
}

function changed({ label }: SopsFile, what: string): Failure {
  return new Failure(
    `${label}: ${what} after sops encrypted it. Take it from git again, and edit it with sops only.`,
  )
}
