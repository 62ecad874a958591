import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { Failure } from "../io/failure.ts"
import { type SecretSource, secretVariable } from "./secret-source.ts"
import { openSops, readSops } from "./sops.ts"

const outputLimitBytes = 16_000_000

/**
 * Encrypted files that a team commits: `secrets/<env>.enc.yaml` (SOPS, for age
 * recipients) and `secrets/<env>.env.age` (a dotenv file). They are decrypted by
 * `age` on first use, into memory only. The identity is the file that
 * QUICKCART_AGE_IDENTITY names, or the text of QUICKCART_AGE_KEY.
 */
export function encryptedSecrets(repository: string, environment: string): SecretSource[] {
  return [
    fileSource(repository, `secrets/${environment}.enc.yaml`, decryptSops),
    fileSource(repository, `secrets/${environment}.env.age`, decryptAge),
  ].flatMap((source) => source ?? [])
}

type Values = (name: string) => string | undefined

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
      return values(name) ?? values(secretVariable(name))
    },
  }
}

function decryptAge(file: string, label: string): Values {
  const values = new Map(Object.entries(parseEnv(withAge(file, label).toString())))
  return (name) => values.get(name)
}

/** The data key is encrypted for each recipient; whose identity is given is not known before. */
function decryptSops(path: string, label: string): Values {
  const file = readSops(readFileSync(path, "utf8"), label)
  const directory = mkdtempSync(join(tmpdir(), "quickcart-sops-"))
  try {
    // The key as it is in git, encrypted: the identity may need standard input.
    const copies = file.encryptedKeys.map((text, index) => {
      const copy = join(directory, String(index))
      writeFileSync(copy, text)
      return copy
    })
    return openSops(file, firstOpened(copies, label))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Throws the last Failure when the identity opens none. */
function firstOpened([file = "", ...others]: string[], label: string): Buffer {
  try {
    return withAge(file, label)
  } catch (error) {
    if (others.length === 0) throw error
    return firstOpened(others, label)
  }
}

function identity(label: string): { identityFile?: string; key?: string } {
  const { QUICKCART_AGE_IDENTITY, QUICKCART_AGE_KEY } = process.env
  if (QUICKCART_AGE_KEY) return { key: QUICKCART_AGE_KEY }
  if (QUICKCART_AGE_IDENTITY) return { identityFile: QUICKCART_AGE_IDENTITY }
  throw new Failure(
    `${label} is encrypted and no age identity was given. Set QUICKCART_AGE_IDENTITY to the path of an identity file, or QUICKCART_AGE_KEY to its text.`,
  )
}

/** A file decrypted by age. Nothing that was decrypted reaches an error message. */
function withAge(file: string, label: string): Buffer {
  const { identityFile, key } = identity(label)
  const { PATH = "", HOME = "" } = process.env
  const result = spawnSync("age", ["--decrypt", "--identity", identityFile ?? "-", file], {
    input: key ?? "",
    env: { PATH, HOME },
    maxBuffer: outputLimitBytes,
  })
  if (result.error !== undefined) {
    throw new Failure(`${label} needs the program age, which does not start (apt-get install age).`)
  }
  if (result.status !== 0) {
    throw new Failure(`age could not decrypt ${label}: ${result.stderr.toString().trim()}`)
  }
  return result.stdout
}
