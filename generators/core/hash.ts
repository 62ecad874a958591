import { createHash } from "node:crypto"

/** SHA-256 of the UTF-8 text, 64 hex digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}

/**
 * Name of a Swarm object that holds exactly this content: Swarm configs are
 * immutable, so a new content needs a new name. Throws when the name would
 * exceed Swarm's limit of 64 characters.
 */
export function contentName(key: string, text: string): string {
  const name = `quickcart_${key}_${sha256(text).slice(0, 12)}`
  if (name.length > 64) {
    throw new Error(
      `the config name ${name} has ${name.length} characters and Swarm allows 64: shorten the key "${key}"`,
    )
  }
  return name
}
