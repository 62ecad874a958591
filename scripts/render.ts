import { join, posix } from "node:path"
import { createTwoFilesPatch } from "diff"
import type { RenderedFile } from "../generators/core/component.ts"
import type { Fleet } from "../generators/core/fleet.ts"
import { manifestPath, renderFleet } from "../generators/core/render.ts"
import type { ImageLock } from "../images/names.ts"
import { formatProblem, hasErrors, type Problem } from "../schema/problem.ts"
import { validateEnvironment } from "../schema/validate.ts"
import { Failure } from "./io/failure.ts"
import { list, readParsed, readText, remove, writeAtomic } from "./io/files.ts"

/** A file of `stacks/<env>` that is not what the environment asks for. */
export interface FileChange {
  /** Relative to the repository. */
  path: string
  kind: "create" | "update" | "delete"
  before: string
  after: string
}

export interface RenderResult {
  environment: string
  problems: Problem[]
  /** Every file of the environment, relative to `stacks/<env>`; none when it has errors. */
  files: string[]
  /** Made, or in check mode still to be made. */
  changes: FileChange[]
}

export interface RenderOptions {
  repository: string
  /** All when empty; then the stacks of removed environments go too. */
  environments: string[]
  /** Change nothing. */
  check: boolean
}

/**
 * Renders environments into `stacks/<env>`: unchanged files are not touched, and
 * files that an earlier render wrote and this one does not are deleted; files
 * nobody rendered stay. Nothing is written for an environment with errors.
 * Throws a Failure for an unknown environment or a missing `images/lock.json`.
 */
export function renderEnvironments(options: RenderOptions): RenderResult[] {
  const { repository, check } = options
  const known = list(join(repository, "environments")).flatMap(
    (name) => /^([^.].*)\.yaml$/.exec(name)?.[1] ?? [],
  )
  const unknown = options.environments.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new Failure(
      `there is no environment "${unknown}". Known: ${known.join(", ")}. To add one, write environments/${unknown}.yaml`,
    )
  }
  const lock = readLock(repository)
  const names = options.environments.length > 0 ? options.environments : known
  const results = names.map((name) => renderEnvironment(repository, name, lock))
  if (options.environments.length === 0) results.push(...removedEnvironments(repository, known))
  if (!check) for (const result of results) write(repository, result)
  return results
}

/**
 * The `render` verb: prints what changed (or would, as a unified diff) and
 * returns the exit code: 0 fine, 1 errors in an environment, 2 changes pending.
 */
export function renderVerb(
  repository: string,
  environments: string[],
  { check, json }: { check: boolean; json: boolean },
): number {
  const results = renderEnvironments({ repository, environments, check })
  if (json) {
    const paths = results.map((result) => ({
      ...result,
      changes: result.changes.map(({ path, kind }) => ({ path, kind })),
    }))
    process.stdout.write(`${JSON.stringify(paths, null, 2)}\n`)
  } else {
    process.stdout.write(results.map((result) => resultText(result, check)).join(""))
  }
  if (results.some((result) => hasErrors(result.problems))) return 1
  return check && results.some((result) => result.changes.length > 0) ? 2 : 0
}

function readLock(repository: string): ImageLock {
  const file = join(repository, "images", "lock.json")
  const remedy = "Write it: npx quickcart images --lock-only"
  return readParsed(file, (text) => JSON.parse(text) as ImageLock, remedy)
}

function renderEnvironment(repository: string, name: string, lock: ImageLock): RenderResult {
  const source = `environments/${name}.yaml`
  const text = readText(join(repository, source)) ?? ""
  const { fleet, problems } = validateEnvironment(text, source, lock)
  if (fleet === undefined) return { environment: name, problems, files: [], changes: [] }
  const files = renderOrExplain(fleet)
  return {
    environment: name,
    problems,
    files: files.map((file) => file.path).sort(),
    changes: compare(repository, name, files),
  }
}

function renderOrExplain(fleet: Fleet): RenderedFile[] {
  try {
    return renderFleet(fleet)
  } catch (error) {
    throw new Failure(`${fleet.source}: ${error instanceof Error ? error.message : error}`)
  }
}

/** Stacks whose environment file is gone: everything their manifest lists is to be deleted. */
function removedEnvironments(repository: string, known: string[]): RenderResult[] {
  return list(join(repository, "stacks"))
    .filter((name) => !known.includes(name))
    .map((name) => ({
      environment: name,
      problems: [],
      files: [],
      changes: compare(repository, name, []),
    }))
    .filter((result) => result.changes.length > 0)
}

function compare(repository: string, environment: string, files: RenderedFile[]): FileChange[] {
  const directory = posix.join("stacks", environment)
  const wanted = new Map(files.map((file) => [file.path, file.text]))
  const written = manifestFiles(readText(join(repository, directory, manifestPath)), directory)
  const paths = [...new Set([...wanted.keys(), ...written])].sort()
  return paths.flatMap((relative): FileChange[] => {
    const path = posix.join(directory, relative)
    const before = readText(join(repository, path))
    const after = wanted.get(relative)
    if (before === after) return []
    const kind = before === undefined ? "create" : after === undefined ? "delete" : "update"
    return [{ path, kind, before: before ?? "", after: after ?? "" }]
  })
}

/** Paths an earlier render wrote. A manifest that points elsewhere is not ours to follow. */
function manifestFiles(manifest: string | undefined, directory: string): string[] {
  if (manifest === undefined) return []
  const complaint = `${directory}/${manifestPath} is not a manifest; restore it: git checkout -- ${directory}/${manifestPath}`
  let listed: unknown
  try {
    listed = (JSON.parse(manifest) as { files?: unknown } | null)?.files
  } catch {
    throw new Failure(complaint)
  }
  if (typeof listed !== "object" || listed === null) throw new Failure(complaint)
  const paths = Object.keys(listed)
  if (paths.some((path) => posix.isAbsolute(path) || path.split("/").includes(".."))) {
    throw new Failure(complaint)
  }
  return [...paths, manifestPath]
}

function write(repository: string, { environment, changes }: RenderResult): void {
  for (const { path, kind, after } of changes) {
    if (kind === "delete") remove(join(repository, path), join(repository, "stacks", environment))
    else writeAtomic(join(repository, path), after)
  }
}

function resultText({ environment, problems, changes }: RenderResult, check: boolean): string {
  const found = problems.map((problem) => `${formatProblem(problem)}\n`).join("")
  if (hasErrors(problems)) return `${found}${environment}: not rendered\n`
  if (changes.length === 0) return `${found}${environment}: up to date\n`
  const details = check
    ? changes.map(patch)
    : changes.map(({ kind, path }) => `  ${kind} ${path}\n`)
  const verb = check ? "would change" : "changed"
  const files = changes.length === 1 ? "file" : "files"
  return `${found}${environment}: ${changes.length} ${files} ${verb}\n${details.join("")}`
}

function patch({ path, kind, before, after }: FileChange): string {
  const from = kind === "create" ? "/dev/null" : `a/${path}`
  const to = kind === "delete" ? "/dev/null" : `b/${path}`
  return createTwoFilesPatch(from, to, before, after, undefined, undefined, { context: 3 })
}
