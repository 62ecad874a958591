import { Agent, request } from "node:http"
import { Failure, messageOf } from "./failure.ts"

/** Docker Engine API over a unix socket. Version 1.44 is the oldest that every supported host speaks. */
export interface Engine {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  remove(path: string): Promise<void>
  /** A multiplexed log stream as plain text. */
  logs(path: string): Promise<string>
  close(): void
}

/** An Engine API answer of 400 or above. */
export class EngineFailure extends Failure {
  readonly status: number

  constructor(method: string, path: string, status: number, body: string) {
    super(`Docker refused ${method} ${path} (${status}): ${refusalOf(body)}`)
    this.status = status
  }
}

/**
 * Whether an error says that this manager, or the Swarm's leader, is away for
 * the moment: a broken connection, or no leader between two elections.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof EngineFailure && ![500, 503].includes(error.status)) return false
  const text = messageOf(error)
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return (
    ["ECONNRESET", "ECONNREFUSED", "EPIPE", "ENOENT", "ETIMEDOUT"].includes(code ?? "") ||
    /socket hang up|no answer|does not have a leader|lost leader status|no elected cluster leader|node is stopped|deadline exceeded|code = Unavailable|error reading from server/i.test(
      text,
    )
  )
}

const apiVersion = "v1.44"
const timeoutMs = 30_000

/** Opens the Engine API at `socketPath`; connections are kept alive and bounded. */
export function openEngine(socketPath: string): Engine {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 })
  const call = (method: string, path: string, body?: unknown): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const headers =
        payload === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }
      const outgoing = request(
        { socketPath, agent, method, path: `/${apiVersion}${path}`, headers, timeout: timeoutMs },
        (answer) => {
          const chunks: Buffer[] = []
          answer.on("data", (chunk: Buffer) => chunks.push(chunk))
          answer.on("error", reject)
          answer.on("end", () => {
            const data = Buffer.concat(chunks)
            const status = answer.statusCode ?? 500
            if (status >= 400) reject(new EngineFailure(method, path, status, data.toString()))
            else resolve(data)
          })
        },
      )
      outgoing.on("timeout", () => outgoing.destroy(new Failure(`${method} ${path}: no answer`)))
      outgoing.on("error", reject)
      outgoing.end(payload)
    })
  const json = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const data = await call(method, path, body)
    return (data.length === 0 ? undefined : JSON.parse(data.toString())) as T
  }
  return {
    get: (path) => json("GET", path),
    post: (path, body) => json("POST", path, body),
    remove: async (path) => {
      await call("DELETE", path)
    },
    logs: async (path) => demultiplex(await call("GET", path)),
    close: () => agent.destroy(),
  }
}

/** Encodes the `filters` query parameter. */
export function filters(values: Record<string, string[]>): string {
  return `filters=${encodeURIComponent(JSON.stringify(values))}`
}

/**
 * Strips the 8-byte frame headers of Docker's attach protocol
 * (Engine API, "Stream format").
 */
export function demultiplex(data: Buffer): string {
  let text = ""
  let offset = 0
  while (offset + 8 <= data.length) {
    const length = data.readUInt32BE(offset + 4)
    text += data.toString("utf8", offset + 8, offset + 8 + length)
    offset += 8 + length
  }
  return text
}

function refusalOf(body: string): string {
  try {
    return String((JSON.parse(body) as { message?: unknown }).message ?? body)
  } catch {
    return body.trim()
  }
}
