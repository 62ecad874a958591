import { createHmac, randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"

/** Where secret values come from; never git. */
export interface SecretSource {
  value(name: string): string | undefined
}

/** Looks in the process environment, then `.env`, then what the box generated for itself. */
export function localSecrets(repository: string, state: State): SecretSource {
  const file = join(repository, ".env")
  const dotenv = existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}
  return {
    value: (name) => {
      const variable = `QUICKCART_SECRET_${name.toUpperCase()}`
      return process.env[variable] || dotenv[variable] || state.read("secrets", name)
    },
  }
}

export interface ResolvedSecret {
  /** Logical name, as in git. */
  key: string
  /** Name of the immutable Docker secret. */
  name: string
  value: string
}

/**
 * Resolves every logical name to a value and a Docker secret name. The name
 * holds an HMAC of the value, so a new value is a new secret and the name
 * gives nothing away. Throws a Failure that lists all missing ones.
 */
export function resolveSecrets(
  keys: string[],
  source: SecretSource,
  namingKey: string,
): ResolvedSecret[] {
  const missing = keys.filter((key) => source.value(key) === undefined)
  if (missing.length > 0) {
    const variables = missing.map((key) => `QUICKCART_SECRET_${key.toUpperCase()}`).join(", ")
    throw new Failure(
      `no value for the secret${missing.length > 1 ? "s" : ""} ${missing.join(", ")}. Set ${variables} in the environment or in .env.`,
    )
  }
  return keys.map((key) => {
    const value = source.value(key) ?? ""
    const digest = createHmac("sha256", namingKey).update(`${key}\0${value}`).digest("hex")
    return { key, name: `quickcart_${key}_${digest.slice(0, 16)}`, value }
  })
}

/** The key that names secrets: from the environment, else made once and kept in the state. */
export function namingKey(state: State): string {
  const given = process.env.QUICKCART_SECRET_NAMING_KEY ?? state.read("secrets", "naming.key")
  if (given !== undefined && given !== "") return given
  const made = randomBytes(32).toString("hex")
  state.write(made, "secrets", "naming.key")
  return made
}
