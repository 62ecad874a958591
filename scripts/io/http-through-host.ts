import { Readable } from "node:stream"
import type { Remote } from "./ssh.ts"

/** A request as the AWS SDK hands it to its handler, as far as it is used here. */
interface Request {
  method: string
  protocol: string
  hostname: string
  port?: number
  path: string
  query?: Record<string, string | string[] | null>
  headers: Record<string, string>
  body?: unknown
}

const connectSeconds = 5
/** So that curl says what it waited for; a product image takes a fraction of a second. */
const requestSeconds = 15
const timeoutSeconds = 30

/**
 * Sends requests from a host of the fleet, for an endpoint that only the private
 * network reaches. The request, signed already, goes to curl on standard input;
 * `authority` is the certificate to trust, PEM.
 */
export function throughHost(remote: Remote, host: string, authority: string) {
  return {
    metadata: { handlerProtocol: "http/1.1" },
    handle: async (request: Request) => {
      // The account's shell is bash; the certificate is public.
      const command = `curl --config - --cacert <(printf '%s' '${authority}')`
      const { stdout } = await remote.exec(host, command, {
        input: curlConfig(request),
        timeoutSeconds,
      })
      return { response: parseResponse(stdout) }
    },
    destroy: () => {},
  }
}

/** The request as a configuration of curl. */
export function curlConfig(request: Request): string {
  const { method, headers } = request
  const body = textOf(request.body)
  const lines = [
    "silent",
    "show-error",
    `connect-timeout = ${connectSeconds}`,
    `max-time = ${requestSeconds}`,
    "include",
    "http1.1",
    ...(method === "HEAD" ? ["head"] : [option("request", method)]),
    option("url", urlOf(request)),
    ...Object.entries(headers)
      .filter(([name]) => !/^(host|content-length|expect)$/i.test(name))
      .map(([name, value]) => option("header", `${name}: ${value}`)),
    // Without it curl waits for a "100 Continue" that stand-ins do not send.
    option("header", "Expect:"),
    ...(body === "" && method !== "PUT" ? [] : [option("data-binary", body)]),
  ]
  return `${lines.join("\n")}\n`
}

/** Status, headers and body of what curl printed. */
export function parseResponse(text: string) {
  const [head = "", ...rest] = text.split("\r\n\r\n")
  if (/^HTTP\/\S+ 1\d\d/.test(head)) return parseResponse(rest.join("\r\n\r\n"))
  const [status = "", ...lines] = head.split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return {
    statusCode: Number(status.split(" ")[1]),
    headers,
    body: Readable.from([Buffer.from(rest.join("\r\n\r\n"))]),
  }
}

function option(name: string, value: string): string {
  const escaped = value
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
  return `${name} = "${escaped}"`
}

function urlOf({ protocol, hostname, port, path, query }: Request): string {
  const parameters = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value].flat().map((one) => {
      const key = encodeURIComponent(name)
      return one === null ? key : `${key}=${encodeURIComponent(one)}`
    }),
  )
  const search = parameters.length === 0 ? "" : `?${parameters.join("&")}`
  return `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}${path}${search}`
}

/** Bodies are XML, JSON and SVG here; throws on a stream or on bytes that are no text. */
function textOf(body: unknown): string {
  if (body === undefined || body === null) return ""
  if (typeof body === "string") return body
  if (body instanceof Uint8Array) return new TextDecoder("utf-8", { fatal: true }).decode(body)
  throw new Error("only text can be sent through a host")
}
