import type { SwarmObject } from "../deploy/swarm-types.ts"
import { type ResolvedSecret, type SecretSources, secretKey } from "./source.ts"

export type SecretState = "live" | "not pushed" | "missing"

/** One logical name with where its value is and whether the Swarm has it. */
export interface SecretCheck {
  key: string
  /** Source of the value; null when none has one. */
  origin: string | null
  /** Docker name of the value; null when there is no value. */
  name: string | null
  state: SecretState
  /** Other generations of the same secret in the Swarm. */
  older: string[]
}

/** Compares each logical name's value with what the Swarm holds, by name. */
export function checkSecrets(
  keys: string[],
  source: SecretSources,
  resolve: (key: string) => ResolvedSecret[],
  live: SwarmObject[],
): SecretCheck[] {
  const names = live.map((secret) => secret.Spec.Name)
  return keys.map((key) => {
    const origin = source.origin(key) ?? null
    const name = origin === null ? null : (resolve(key)[0]?.name ?? null)
    const older = names.filter((candidate) => secretKey(candidate) === key && candidate !== name)
    const state = name === null ? "missing" : names.includes(name) ? "live" : "not pushed"
    return { key, origin, name, state, older }
  })
}

/** 1 when a value is missing, 2 when one is not pushed, 0 when all are live. */
export function checkExitCode(checks: SecretCheck[]): number {
  if (checks.some((check) => check.state === "missing")) return 1
  return checks.some((check) => check.state === "not pushed") ? 2 : 0
}
