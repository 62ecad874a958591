import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

// Writes github-api.json: the operations that workflows use, out of GitHub's own description.
// The package is 400 MB unpacked, too much to install on every machine for a few operations:
//   npx node test/workflows/extract-github-api.ts
const source = "@octokit/openapi@23.0.2"
const operations = [
  "POST /repos/{owner}/{repo}/deployments",
  "GET /repos/{owner}/{repo}/deployments",
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
  "GET /repos/{owner}/{repo}/issues",
  "POST /repos/{owner}/{repo}/issues",
  "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "GET /repos/{owner}/{repo}/pulls",
  "POST /repos/{owner}/{repo}/pulls",
  "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
  "GET /repos/{owner}/{repo}/git/ref/{ref}",
  "GET /repos/{owner}/{repo}/git/matching-refs/{ref}",
  "POST /repos/{owner}/{repo}/git/refs",
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
  "POST /repos/{owner}/{repo}/git/blobs",
  "POST /repos/{owner}/{repo}/git/trees",
  "POST /repos/{owner}/{repo}/git/commits",
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}",
]

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Mapping = { [key: string]: Json }

const description = download()
const extracted = operations.map(extract)
const file = join(import.meta.dirname, "github-api.json")
writeFileSync(file, `${JSON.stringify({ source, operations: extracted }, null, 2)}\n`)
execFileSync("npx", ["biome", "format", "--write", file], { stdio: "inherit" })

function download(): Mapping {
  const directory = mkdtempSync(join(tmpdir(), "quickcart-openapi-"))
  try {
    const pack = execFileSync("npm", ["pack", "--silent", source], { cwd: directory })
    const archive = pack.toString().trim()
    const member = "package/generated/api.github.com.json"
    execFileSync("tar", ["xzf", archive, member], { cwd: directory })
    return JSON.parse(readFileSync(join(directory, member), "utf8"))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function extract(operation: string): Json {
  const [method = "", path = ""] = operation.split(" ")
  const found = mapping(mapping(mapping(description.paths)[path])[method.toLowerCase()])
  const parameters = (found.parameters as Json[]).map((parameter) => {
    const { name, in: place, required, schema } = mapping(follow(parameter))
    return { name, in: place, required: required === true, schema: bare(schema) } as Mapping
  })
  const body = found.requestBody === undefined ? null : jsonContent(found.requestBody)
  const [status = "", response] =
    Object.entries(mapping(found.responses)).find(([code]) => code.startsWith("2")) ?? []
  return {
    method,
    path,
    id: found.operationId ?? null,
    parameters,
    body: body === null ? null : bare(body.schema),
    response: { status: Number(status), example: exampleOf(jsonContent(response)) },
  }
}

function jsonContent(holder: Json | undefined): Mapping {
  return mapping(mapping(mapping(follow(holder)).content)["application/json"])
}

function exampleOf(content: Mapping): Json {
  const first = Object.values(mapping(content.examples ?? {}))[0]
  return first === undefined ? null : (mapping(follow(first)).value ?? null)
}

/** A schema with every reference replaced and without prose. */
function bare(value: Json | undefined): Json {
  const followed = follow(value)
  if (Array.isArray(followed)) return followed.map(bare)
  if (followed === null || typeof followed !== "object") return followed
  const prose = new Set(["description", "example", "examples", "title", "x-github"])
  return Object.fromEntries(
    Object.entries(followed)
      // A property may be called "title" or "description"; prose is a string.
      .filter(
        ([key, inner]) => !(prose.has(key) && (typeof inner !== "object" || key.startsWith("ex"))),
      )
      .map(([key, inner]) => [key, bare(inner)]),
  )
}

function follow(value: Json | undefined): Json {
  const reference = (value as Mapping | undefined)?.$ref
  if (typeof reference !== "string") return value ?? null
  const parts = reference.slice(2).split("/")
  return follow(parts.reduce<Json>((node, part) => mapping(node)[part] ?? null, description))
}

function mapping(value: Json | undefined): Mapping {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error(`expected an object, got ${JSON.stringify(value)?.slice(0, 80)}`)
  }
  return value
}
