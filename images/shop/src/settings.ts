export interface Settings {
  port: number
  /** Path of the health check. */
  healthPath: string
  /** How long the shop keeps serving after SIGTERM, so that load balancers notice. */
  drainSeconds: number
  /** What `/version` says. */
  release: string
}

/**
 * Settings from environment variables: PORT, HEALTH_PATH, DRAIN_SECONDS, RELEASE.
 * Throws an Error that names the variable and what it may hold.
 */
export function settingsFrom(environment: Record<string, string | undefined>): Settings {
  return {
    port: number(environment, "PORT", 3000, 1, 65535),
    healthPath: path(environment.HEALTH_PATH ?? "/healthz"),
    drainSeconds: number(environment, "DRAIN_SECONDS", 10, 0, 3600),
    release: environment.RELEASE ?? "development",
  }
}

function number(
  environment: Record<string, string | undefined>,
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
