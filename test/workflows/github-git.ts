import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { git, tryGit } from "./git.ts"
import type { ApiHandler } from "./github-api.ts"

/** GitHub's git database, on a bare repository: refs, blobs, trees and commits. */
export function gitHandlers(origin: string): Record<string, ApiHandler> {
  return { ...refHandlers(origin), ...objectHandlers(origin) }
}

function refHandlers(origin: string): Record<string, ApiHandler> {
  const show = (example: object, ref: string, sha: string) => {
    const { object } = example as { object: object }
    return { ...example, ref, object: { ...object, type: "commit", sha } }
  }
  return {
    "git/get-ref": ({ parameters, example }) => {
      const sha = tryGit(origin, ["rev-parse", "--verify", `refs/${parameters.ref}`])
      return sha === undefined ? undefined : show(example, `refs/${parameters.ref}`, sha)
    },
    "git/list-matching-refs": ({ parameters, example }) => {
      const list = git(origin, ["for-each-ref", "--format=%(refname) %(objectname)"])
      return list
        .split("\n")
        .filter((line) => line.startsWith(`refs/${parameters.ref}`))
        .map((line) => line.split(" "))
        .map(([ref = "", sha = ""]) => show(first(example), ref, sha))
    },
    "git/create-ref": ({ body, example }) => {
      git(origin, ["update-ref", String(body.ref), String(body.sha), "0".repeat(40)])
      return show(example, String(body.ref), String(body.sha))
    },
    "git/update-ref": ({ parameters, body, example }) => {
      git(origin, ["update-ref", `refs/${parameters.ref}`, String(body.sha)])
      return show(example, `refs/${parameters.ref}`, String(body.sha))
    },
  }
}

function objectHandlers(origin: string): Record<string, ApiHandler> {
  return {
    "git/create-blob": ({ body, example }) => {
      const input = Buffer.from(String(body.content), body.encoding as BufferEncoding)
      return { ...example, sha: git(origin, ["hash-object", "-w", "--stdin"], { input }) }
    },
    "git/create-tree": ({ body, example }) => {
      const { base_tree, tree } = body as {
        base_tree: string
        tree: { path: string; mode: string; sha: string | null }[]
      }
      return { ...example, sha: writeTree(origin, base_tree, tree) }
    },
    "git/get-commit": ({ parameters, example }) => {
      const sha = git(origin, ["rev-parse", `${parameters.commit_sha}^{tree}`])
      return { ...example, sha: parameters.commit_sha, tree: { sha } }
    },
    "git/create-commit": ({ body, example }) => {
      const { message, tree, parents } = body as {
        message: string
        tree: string
        parents: string[]
      }
      const argv = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])]
      return { ...example, sha: git(origin, argv, { input: Buffer.from(message) }) }
    },
  }
}

function writeTree(
  origin: string,
  base: string,
  entries: { path: string; mode: string; sha: string | null }[],
): string {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-tree-"))
  const env = { GIT_INDEX_FILE: join(directory, "index") }
  try {
    git(origin, ["read-tree", base], { env })
    for (const { path, mode, sha } of entries) {
      const how =
        sha === null ? ["--force-remove", path] : ["--cacheinfo", `${mode},${sha},${path}`]
      git(origin, ["update-index", "--add", ...how], { env })
    }
    return git(origin, ["write-tree"], { env })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The element of an example that is a list, or the example. */
export function first(example: unknown): object {
  return Array.isArray(example) ? (example[0] as object) : (example as object)
}
