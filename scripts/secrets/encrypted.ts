import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { Failure } from "../io/failure.ts"
import { type SecretSource, secretVariable } from "./secret-source.ts"

const outputLimitBytes = 16_000_000

/**
 * Encrypted files that a team commits: `secrets/<env>.enc.yaml` (SOPS, by the
 * `sops` program) and `secrets/<env>.env.age` (a dotenv file, by `age`). They
 * are decrypted on first use, into memory only. The identity is the file that
 * QUICKCART_AGE_IDENTITY names, or the text of QUICKCART_AGE_KEY.
 */
export function encryptedSecrets(repository: string, environment: string): SecretSource[] {
  return [
    fileSource(repository, `secrets/${environment}.enc.yaml`, decryptSops),
    fileSource(repository, `secrets/${environment}.env.age`, decryptAge),
  ].flatMap((source) => source ?? [])
}

type Values = Record<string, string | undefined>

function fileSource(
  repository: string,
  path: string,
  decrypt: (file: string, label: string) => Values,
): SecretSource | undefined {
  const file = join(repository, path)
  if (!existsSync(file)) return undefined
  let values: Values | undefined
  return {
    label: path,
    value: (name) => {
      values ??= decrypt(file, path)
      return values[name] ?? values[secretVariable(name)]
    },
  }
}

function decryptAge(file: string, label: string): Values {
  const { identityFile, key } = identity(label)
  const argv = ["--decrypt", "--identity", identityFile ?? "-", file]
  return parseEnv(decrypted("age", argv, label, key === undefined ? {} : { input: key }))
}

function decryptSops(file: string, label: string): Values {
  const { identityFile, key } = identity(label)
  const environment: Record<string, string> =
    key === undefined ? { SOPS_AGE_KEY_FILE: identityFile ?? "" } : { SOPS_AGE_KEY: key }
  const argv = ["--decrypt", "--output-type", "json", file]
  const parsed = JSON.parse(decrypted("sops", argv, label, { environment })) as object
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]))
}

function identity(label: string): { identityFile?: string; key?: string } {
  const { QUICKCART_AGE_IDENTITY, QUICKCART_AGE_KEY } = process.env
  if (QUICKCART_AGE_KEY) return { key: QUICKCART_AGE_KEY }
  if (QUICKCART_AGE_IDENTITY) return { identityFile: QUICKCART_AGE_IDENTITY }
  throw new Failure(
    `${label} is encrypted and no age identity was given. Set QUICKCART_AGE_IDENTITY to the path of an identity file, or QUICKCART_AGE_KEY to its text.`,
  )
}

/** Output of a decryption. Nothing that was decrypted reaches an error message. */
function decrypted(
  program: string,
  argv: string[],
  label: string,
  options: { input?: string; environment?: Record<string, string> },
): string {
  const { PATH = "", HOME = "" } = process.env
  const result = spawnSync(program, argv, {
    input: options.input ?? "",
    env: { PATH, HOME, ...options.environment },
    encoding: "utf8",
    maxBuffer: outputLimitBytes,
  })
  if (result.error !== undefined) {
    const hint = program === "age" ? "apt-get install age" : "see getsops.io"
    throw new Failure(`${label} needs the program ${program}, which does not start (${hint}).`)
  }
  if (result.status !== 0) {
    throw new Failure(`${program} could not decrypt ${label}: ${result.stderr.trim()}`)
  }
  return result.stdout
}
