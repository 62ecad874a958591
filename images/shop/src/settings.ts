import { readFileSync } from "node:fs"

/** One route through the pooler. */
export interface DatabaseRoute {
  /** Host, or the directory of a unix socket, e.g. `/run/pgbouncer`. */
  host: string
  port: number
  /** Role; the one to log in as when the file names no login. */
  user: string
  database: string
  /** Holds `login:password`, or a password alone. */
  passwordFile: string
}

export interface DatabaseSettings {
  /** To the primary. */
  write: DatabaseRoute
  /** To a replica. */
  read: DatabaseRoute
}

export interface RedisSettings {
  /** Members to ask who leads; one that answers is enough. */
  seeds: { host: string; port: number }[]
  user: string
  passwordFile: string
  authorityFile: string
}

export interface Settings {
  port: number
  /** Path of the health check. */
  healthPath: string
  /** How long the shop keeps serving after SIGTERM, so that load balancers notice. */
  drainSeconds: number
  /** What `/version` says. */
  release: string
  /** Undefined: products are the samples, orders are forgotten. */
  database: DatabaseSettings | undefined
  /** Undefined: carts travel in cookies. */
  sessions: RedisSettings | undefined
  /** Undefined: nothing is cached. */
  cache: RedisSettings | undefined
  /** Where product images are, without a final slash; undefined shows emblems. */
  imagesBaseUrl: string | undefined
}

type Environment = Record<string, string | undefined>

/**
 * Settings from environment variables: PORT, HEALTH_PATH, DRAIN_SECONDS, RELEASE;
 * DATABASE_WRITE and DATABASE_READ (URLs without a password), each with
 * _PASSWORD_FILE; REDIS_SESSIONS and
 * REDIS_CACHE (host:port, comma-separated), REDIS_USER, _PASSWORD_FILE, _CA_FILE;
 * IMAGES_BASE_URL. Throws an Error that names the variable and what it may hold.
 */
export function settingsFrom(environment: Environment): Settings {
  return {
    port: number(environment, "PORT", 3000, 1, 65535),
    healthPath: path(environment.HEALTH_PATH ?? "/healthz"),
    drainSeconds: number(environment, "DRAIN_SECONDS", 10, 0, 3600),
    release: environment.RELEASE ?? "development",
    database: databaseFrom(environment),
    sessions: redisFrom(environment, "REDIS_SESSIONS"),
    cache: redisFrom(environment, "REDIS_CACHE"),
    imagesBaseUrl: environment.IMAGES_BASE_URL?.replace(/\/$/, "") || undefined,
  }
}

/** The first line of a secret file: later lines are passwords that are only still accepted. */
export function firstLine(file: string): string {
  return readFileSync(file, "utf8").split("\n")[0] ?? ""
}

/**
 * Who to log in as, and with what. Each password of a role has a login of its own, so that
 * tasks with the old one and with the new one can work side by side.
 */
export function loginFrom({ user, passwordFile }: DatabaseRoute) {
  const line = firstLine(passwordFile)
  const colon = line.indexOf(":")
  if (colon < 0) return { user, password: line }
  return { user: line.slice(0, colon), password: line.slice(colon + 1) }
}

function databaseFrom(environment: Environment): DatabaseSettings | undefined {
  const write = routeFrom(environment, "DATABASE_WRITE")
  const read = routeFrom(environment, "DATABASE_READ")
  return write === undefined ? undefined : { write, read: read ?? write }
}

/** libpq's form: a URL whose host may be empty, because a socket's directory is no host. */
const routeUrl = /^postgres(?:ql)?:\/\/([^:@/]+)@([^:@/?]*)(?::(\d+))?\/([^?]+)(?:\?(.*))?$/

function routeFrom(environment: Environment, name: string): DatabaseRoute | undefined {
  const text = environment[name]
  if (text === undefined || text === "") return undefined
  const [matched, user = "", host = "", port, database = "", query] = routeUrl.exec(text) ?? []
  if (matched === undefined) {
    // Not shown: whoever got it wrong may have put a password into it.
    throw new Error(`${name} must be postgres://user@host:port/database, without a password`)
  }
  const parameters = new URLSearchParams(query ?? "")
  return {
    host: parameters.get("host") ?? host,
    port: Number(parameters.get("port") ?? port ?? 5432),
    user: decodeURIComponent(user),
    database: decodeURIComponent(database),
    passwordFile: environment[`${name}_PASSWORD_FILE`] ?? `/run/secrets/postgres_${user}_password`,
  }
}

function redisFrom(environment: Environment, name: string): RedisSettings | undefined {
  const text = environment[name]
  if (text === undefined || text === "") return undefined
  const seeds = text.split(",").map((seed) => {
    const match = /^([^:\s]+):(\d+)$/.exec(seed.trim())
    if (match === null) throw new Error(`${name} is "${text}"; it must be host:port,host:port,...`)
    return { host: match[1] ?? "", port: Number(match[2]) }
  })
  return {
    seeds,
    user: environment.REDIS_USER ?? "app",
    passwordFile: environment.REDIS_PASSWORD_FILE ?? "/run/secrets/redis_app_password",
    authorityFile: environment.REDIS_CA_FILE ?? "/run/secrets/internal_ca",
  }
}

function number(
  environment: Environment,
  name: string,
  fallback: number,
  minimum: number,
  maximum: number,
): number {
  const text = environment[name]
  if (text === undefined || text === "") return fallback
  const value = Number(text)
  if (!Number.isFinite(value) || value < minimum || value > maximum) {
    throw new Error(`${name} is "${text}"; it must be a number from ${minimum} to ${maximum}`)
  }
  return value
}

function path(text: string): string {
  if (!text.startsWith("/")) throw new Error(`HEALTH_PATH is "${text}"; it must start with "/"`)
  return text
}
