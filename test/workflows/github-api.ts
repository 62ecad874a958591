import { readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { Ajv, type ErrorObject } from "ajv"
import * as formats from "ajv-formats"
import { allows, type Permissions } from "./permissions.ts"

type Json = Record<string, unknown>

interface Operation {
  method: string
  path: string
  id: string
  parameters: { name: string; in: string; required: boolean; schema: object }[]
  body: object | null
  response: { status: number; example: unknown }
}

/** A request that is exactly what GitHub's description allows. */
export interface ApiCall {
  id: string
  parameters: Record<string, string | number | boolean>
  body: Json
  /** GitHub's example answer of the operation, to fill in. */
  example: Json
}

/** Answers a call; undefined means there is no such thing (404). */
export type ApiHandler = (call: ApiCall) => unknown

export interface GitHubApi {
  url: string
  /** Every request that arrived, with what GitHub would have answered. */
  log: { operation: string; status: number; problem?: string }[]
  /** A token that may do what a job's permissions block says. */
  issueToken(permissions: Permissions): string
  close(): Promise<void>
}

const description = JSON.parse(
  readFileSync(join(import.meta.dirname, "github-api.json"), "utf8"),
) as { operations: Operation[] }

const validators = description.operations.map(validator)

/**
 * A loopback server that takes only requests which GitHub's own description
 * allows (method, path, query, body without unknown fields) and which the
 * token's permissions cover, and answers with GitHub's example, filled in by
 * the handler.
 */
export async function startGitHubApi(
  repository: string,
  handlers: Record<string, ApiHandler>,
): Promise<GitHubApi> {
  const log: GitHubApi["log"] = []
  const tokens = new Map<string, Permissions>()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://loopback")
    const body = await readBody(request)
    const matching = validators.find((candidate) => candidate.matches(request.method, url.pathname))
    const reply = (status: number, value: unknown, problem?: string) => {
      const operation = matching?.operation.id ?? `${request.method} ${url.pathname}`
      log.push({ operation, status, ...(problem === undefined ? {} : { problem }) })
      response.writeHead(status, { "content-type": "application/json" })
      response.end(JSON.stringify(value))
    }
    const refuse = (status: number, problem: string) => reply(status, { message: problem }, problem)
    if (matching === undefined) return refuse(404, "no operation of GitHub's that this test knows")
    const permissions = tokens.get(bearer(request))
    if (permissions === undefined) return refuse(401, "Bad credentials")
    if (!allows(permissions, matching.operation.id)) {
      return refuse(403, "Resource not accessible by integration")
    }
    const read = matching.read(url, body)
    if ("problem" in read) return refuse(422, read.problem)
    if (`${read.parameters.owner}/${read.parameters.repo}` !== repository) {
      return refuse(404, "Not Found")
    }
    const handler = handlers[matching.operation.id]
    if (handler === undefined) return refuse(501, `no handler for ${matching.operation.id}`)
    const example = structuredClone(matching.operation.response.example) as Json
    const result = handler({ ...read, id: matching.operation.id, example })
    if (result === undefined) return refuse(404, "Not Found")
    return reply(matching.operation.response.status, result)
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      response.writeHead(500).end(JSON.stringify({ message: String(error) }))
      log.push({ operation: `${request.method} ${request.url}`, status: 500, problem: `${error}` })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    issueToken: (permissions) => {
      const token = `ghs_test_${tokens.size}_${Math.floor(Math.random() * 1e9)}`
      tokens.set(token, permissions)
      return token
    },
    close: () => closed(server),
  }
}

type Read = { parameters: Record<string, string | number | boolean>; body: Json } | Problem
type Problem = { problem: string }

function validator(operation: Operation) {
  // `{ref}` may hold slashes; everything else ends at one.
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name)
  const pattern = operation.path.replaceAll("{ref}", "(.+)").replace(/\{\w+\}/g, "([^/]+)")
  const route = new RegExp(`^${pattern}$`)
  const ajv = withFormats(new Ajv({ strict: false, allErrors: true }))
  const coercing = withFormats(new Ajv({ strict: false, allErrors: true, coerceTypes: true }))
  const known = operation.parameters.filter((parameter) => parameter.in !== "header")
  const checkParameters = coercing.compile({
    type: "object",
    properties: Object.fromEntries(known.map(({ name, schema }) => [name, schema])),
    required: known.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  })
  const checkBody = operation.body === null ? undefined : ajv.compile(closedSchema(operation.body))
  const read = (url: URL, text: string): Read => {
    const values = (route.exec(url.pathname) ?? []).slice(1)
    const path = Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(values[index] ?? "")]),
    )
    const parameters = { ...Object.fromEntries(url.searchParams), ...path }
    if (!checkParameters(parameters)) return { problem: explain(checkParameters.errors) }
    if (checkBody === undefined) {
      return text === "" ? { parameters, body: {} } : { problem: "this operation takes no body" }
    }
    const body = JSON.parse(text || "{}") as Json
    if (!checkBody(body)) return { problem: explain(checkBody.errors) }
    return { parameters, body: body as Json }
  }
  return {
    operation,
    read,
    matches: (method = "", path = "") => operation.method === method && route.test(path),
  }
}

function withFormats(ajv: Ajv): Ajv {
  // The package's types describe its CommonJS shape.
  ;(formats.default as unknown as (ajv: Ajv) => void)(ajv)
  // GitHub's own name for owner/name; no operation here depends on it.
  return ajv.addFormat("repo.nwo", true)
}

/** The schema with every object closed: a field that GitHub does not know is a mistake of ours. */
function closedSchema(schema: unknown): object {
  if (Array.isArray(schema)) return schema.map(closedSchema)
  if (schema === null || typeof schema !== "object") return schema as unknown as object
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closedSchema(value)]),
  ) as Json
  const open = "properties" in inner && !("additionalProperties" in inner)
  const { nullable, ...rest } = open ? { ...inner, additionalProperties: false } : inner
  // OpenAPI's word for it, which JSON Schema lacks.
  return nullable === true ? { anyOf: [rest, { type: "null" }] } : rest
}

function explain(errors: ErrorObject[] | null | undefined): string {
  const lines = (errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
  return `Invalid request. ${lines.join("; ")}`
}

function bearer(request: IncomingMessage): string {
  return (request.headers.authorization ?? "").replace(/^(token|bearer) /i, "")
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
