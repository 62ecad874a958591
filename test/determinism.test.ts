import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, sep } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { seeded } from "../scripts/drills/seeded.ts"
import { run } from "../scripts/io/command.ts"
import { list, listFiles, writeAtomic } from "../scripts/io/files.ts"
import { shuffleKeys } from "./shuffle-keys.ts"

const repository = join(import.meta.dirname, "..")

/** What the command reads; without `stacks/`, so that it has to write every byte. */
const inputs = ["environments", "generators", "images", "schema", "scripts", "package.json"]

const checkout = mkdtempSync(join(tmpdir(), "quickcart-determinism-"))

beforeAll(() => {
  for (const input of inputs) {
    cpSync(join(repository, input), join(checkout, input), {
      recursive: true,
      filter: (path) => !path.split(sep).includes("node_modules"),
    })
  }
  symlinkSync(join(repository, "node_modules"), join(checkout, "node_modules"))
  mkdirSync(join(checkout, "home"))
})
afterAll(() => rmSync(checkout, { recursive: true, force: true }))

/** Writes every environment anew, its keys in an order that follows from `seed`. */
function shuffleEnvironments(seed: number): void {
  const random = seeded(seed)
  const directory = join(repository, "environments")
  for (const name of list(directory).filter((file) => file.endsWith(".yaml"))) {
    const spec: unknown = parse(readFileSync(join(directory, name), "utf8"))
    writeAtomic(join(checkout, "environments", name), stringify(shuffleKeys(spec, random)))
  }
}

function textsIn(directory: string): Record<string, string> {
  const paths = listFiles(directory)
  return Object.fromEntries(
    paths.map((path) => [path, readFileSync(join(directory, path), "utf8")]),
  )
}

// The first two differ in the day, all in decimal signs, sorting, case rules or character set.
test.each([
  { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", cwd: "/", seed: 1 },
  { TZ: "America/Adak", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", cwd: tmpdir(), seed: 2 },
  { TZ: "Asia/Kathmandu", LANG: "ar_EG.UTF-8", LC_ALL: "C", cwd: checkout, seed: 3 },
])(
  "the command writes the committed bytes in $TZ with $LANG, keys shuffled with seed $seed",
  async ({ cwd, seed, ...locale }) => {
    rmSync(join(checkout, "stacks"), { recursive: true, force: true })
    shuffleEnvironments(seed)
    await run([process.execPath, join(checkout, "scripts/quickcart.js"), "render"], {
      environment: { ...locale, HOME: join(checkout, "home") },
      workingDirectory: cwd,
      timeoutSeconds: 60,
    })
    expect(textsIn(join(checkout, "stacks"))).toEqual(textsIn(join(repository, "stacks")))
  },
)
