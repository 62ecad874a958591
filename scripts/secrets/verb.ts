import Table from "cli-table3"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { namespaceLabel, type SwarmObject, stackName } from "../deploy/swarm-types.ts"
import { filters } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import { openState } from "../io/state.ts"
import { connectSwarm, type SwarmConnection } from "../io/swarm-connection.ts"
import { checkExitCode, checkSecrets, type SecretCheck } from "./check.ts"
import { rotate } from "./rotate.ts"
import { knownNamingKey, localSecrets, type ResolvedSecret, resolveSecrets } from "./source.ts"

export interface SecretsOptions {
  json?: boolean
  allowDirty?: boolean
  /** Ids of guard rules that may be broken this once. */
  override?: string[]
}

/** The verb `secrets <action> <env> [name]`; returns the exit code. */
export async function secretsVerb(
  repository: string,
  action: string,
  environment: string,
  name: string | undefined,
  options: SecretsOptions,
): Promise<number> {
  if (action !== "rotate" && name !== undefined) {
    throw new Failure(`secrets ${action} takes no name: it looks at all secrets at once.`)
  }
  if (action === "check") return checkVerb(repository, environment, options)
  if (action === "push") return pushVerb(repository, environment, options)
  if (action === "rotate") return rotateVerb(repository, environment, name, options)
  throw new Failure(`secrets can check, push or rotate, not "${action}".`)
}

async function checkVerb(
  repository: string,
  environment: string,
  options: SecretsOptions,
): Promise<number> {
  const secrets = openSecrets(repository, environment)
  const checks = await secrets.withSwarm(async (connection) =>
    secrets.check(await liveSecrets(connection)),
  )
  if (options.json === true) process.stdout.write(`${JSON.stringify(checks)}\n`)
  else process.stdout.write(`${checkText(checks)}\n`)
  return checkExitCode(checks)
}

async function pushVerb(
  repository: string,
  environment: string,
  options: SecretsOptions,
): Promise<number> {
  const secrets = openSecrets(repository, environment)
  const all = secrets.resolve()
  const pushed = await secrets.withSwarm(async (connection) => {
    const live = new Set((await liveSecrets(connection)).map((secret) => secret.Spec.Name))
    const absent = all.filter((secret) => !live.has(secret.name))
    for (const { name, value } of absent) {
      await connection.engine.post("/secrets/create", {
        Name: name,
        Labels: { [namespaceLabel]: stackName },
        Data: Buffer.from(value).toString("base64"),
      })
    }
    return absent.map((secret) => secret.name)
  })
  if (options.json === true) process.stdout.write(`${JSON.stringify({ pushed })}\n`)
  else if (pushed.length === 0) process.stdout.write("every secret is live already\n")
  else for (const name of pushed) process.stdout.write(`pushed ${name}\n`)
  return 0
}

async function rotateVerb(
  repository: string,
  environment: string,
  name: string | undefined,
  options: SecretsOptions,
): Promise<number> {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const quiet = options.json === true
  const result = await rotate(repository, fleet, state, name, {
    allowDirty: options.allowDirty === true,
    overrides: options.override ?? [],
    report: quiet ? () => undefined : (line) => process.stderr.write(`  ${line}\n`),
  })
  const text = `rotated ${result.rotated.join(", ")}: ${result.operations.length} operations`
  process.stdout.write(`${quiet ? JSON.stringify(result) : text}\n`)
  return 0
}

/** The check as a person reads it. */
export function checkText(checks: SecretCheck[]): string {
  const style = { head: [], border: [], compact: true }
  const table = new Table({ head: ["secret", "source", "state", "Docker name", "older"], style })
  for (const { key, origin, state, name, older } of checks) {
    table.push([key, origin ?? "none", state, name ?? "-", String(older.length)])
  }
  return table.toString()
}

interface Secrets {
  /** All values; throws a Failure that names all missing ones. */
  resolve(): ResolvedSecret[]
  check(live: SwarmObject[]): SecretCheck[]
  withSwarm<T>(body: (connection: SwarmConnection) => Promise<T>): Promise<T>
}

function openSecrets(repository: string, environment: string): Secrets {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const source = localSecrets(repository, state)
  const key = knownNamingKey(state)
  const resolve = (secrets: string[]) => resolveSecrets({ ...fleet, secrets }, source, key)
  const resolveAll = () => resolve(fleet.secrets)
  // Nothing can be compared without the key, so all that is missing is named at once.
  if (key === undefined) resolveAll()
  return {
    resolve: resolveAll,
    check: (live) => checkSecrets(fleet.secrets, source, (name) => resolve([name]), live),
    withSwarm: async (body) => {
      const connection = await connectSwarm(fleet, state)
      try {
        return await body(connection)
      } finally {
        await connection.close()
      }
    },
  }
}

function liveSecrets({ engine }: SwarmConnection): Promise<SwarmObject[]> {
  const ours = filters({ label: [`${namespaceLabel}=${stackName}`] })
  return engine.get<SwarmObject[]>(`/secrets?${ours}`)
}
