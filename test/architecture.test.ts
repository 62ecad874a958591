import { join, posix } from "node:path"
import { expect, test } from "vitest"
import { listFiles, readText } from "../scripts/io/files.ts"

const repository = join(import.meta.dirname, "..")

interface Source {
  path: string
  text: string
  /** Modules it imports: packages by name, files by their path in the repository. */
  imports: string[]
}

const sources = ["schema", "generators", "scripts", "images", "test"].flatMap(sourcesIn)

function sourcesIn(folder: string): Source[] {
  return listFiles(join(repository, folder))
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules/"))
    .map((relative) => {
      const path = posix.join(folder, relative)
      const text = readText(join(repository, path)) ?? ""
      return { path, text, imports: importsOf(path, text) }
    })
}

function importsOf(path: string, text: string): string[] {
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)["']([^"']+)["']/gm)
  return [...found].map(([, name = ""]) =>
    name.startsWith(".") ? posix.join(posix.dirname(path), name) : name,
  )
}

function isTest({ path }: Source): boolean {
  return path.endsWith(".test.ts") || path.endsWith("-fixture.ts")
}

/** `path: import` for every import of files in `folders` that `forbidden` matches. */
function forbiddenImports(folders: string[], forbidden: RegExp, except: string[] = []): string[] {
  return sources
    .filter((source) => folders.some((folder) => source.path.startsWith(folder)))
    .filter((source) => !isTest(source) && !except.includes(source.path))
    .flatMap((source) =>
      source.imports
        .filter((name) => forbidden.test(name))
        .map((name) => `${source.path}: ${name}`),
    )
}

test("the reader of imports sees them all", () => {
  const text =
    'import a from "./b.ts"\nimport "../c.ts"\nexport { d } from "e"\nawait import("node:fs")'
  expect(importsOf("x/y.ts", text)).toEqual(["x/b.ts", "c.ts", "e", "node:fs"])
  expect(sources.length).toBeGreaterThan(50)
})

test("generators never import scripts, and neither does the schema", () => {
  expect(forbiddenImports(["generators/", "schema/"], /^scripts\//)).toEqual([])
})

test("what touches a live fleet works from committed files, without the generators", () => {
  const live = ["db", "deploy", "drift", "guard", "hosts", "secrets", "io"]
  const folders = live.map((folder) => `scripts/${folder}/`)
  const reached = sources
    .filter((source) => folders.some((folder) => source.path.startsWith(folder)))
    .filter((source) => !isTest(source))
    .flatMap(({ path }) => wayTo(path, /^generators\//) ?? [])
  expect(reached).toEqual([])
  expect(wayTo("scripts/render.ts", /^generators\//)).toMatch(/^scripts\/render.ts > .*generators/)
})

/** How a file comes to import, itself or through others, what `forbidden` matches; undefined when it does not. */
function wayTo(start: string, forbidden: RegExp): string | undefined {
  const imports = new Map(sources.map((source) => [source.path, source.imports]))
  const ways = new Map([[start, start]])
  // A map goes on over what is added while it is walked.
  for (const [path, way] of ways) {
    for (const next of imports.get(path) ?? []) {
      if (forbidden.test(next)) return `${way} > ${next}`
      if (!ways.has(next)) ways.set(next, `${way} > ${next}`)
    }
  }
  return undefined
}

test("schema and generators reach nothing outside themselves", () => {
  const outside =
    /^(node:)?(fs|fs\/promises|child_process|net|http|https|tls|dns|os|process|worker_threads|timers.*)$|^(zx|@octokit\/.*)$/
  expect(
    forbiddenImports(["generators/", "schema/"], outside, ["generators/core/template.ts"]),
  ).toEqual([])
})

test("schema and generators know neither time nor chance nor their surroundings", () => {
  const impure =
    /\bDate\.now\b|\bDate\(\s*\)|\bMath\.random\b|\bprocess\.|\bfetch\(|\bperformance\.|\brandomUUID\b/
  const found = sources
    .filter((source) => /^(generators|schema)\//.test(source.path) && !isTest(source))
    .flatMap(({ path, text }) =>
      withoutComments(text)
        .split("\n")
        .flatMap((line) => (impure.test(line) ? [`${path}: ${line.trim()}`] : [])),
    )
  expect(found).toEqual([])
})

test("no file is longer than 400 lines", () => {
  const long = sources
    .map(({ path, text }) => ({ path, lines: text.split("\n").length }))
    .filter(({ lines }) => lines > 400)
    // The written types of the environment are their own reference documentation.
    .filter(({ path }) => path !== "schema/environment.ts")
  expect(long).toEqual([])
})

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "")
}
