import { join } from "node:path"
import { apply } from "../deploy/apply.ts"
import { readDesired } from "../deploy/desired.ts"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { observe } from "../deploy/observe.ts"
import { type SwarmService, specHashLabel } from "../deploy/swarm-types.ts"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"
import { connectSwarm } from "../io/swarm-connection.ts"
import { certificateFiles, issueBoxCertificate, nextPasswords } from "./box-credentials.ts"
import { comparableSecrets, knownNamingKey, localSecrets, resolveSecrets } from "./source.ts"

export interface RotateOptions {
  allowDirty: boolean
  /** Ids of guard rules that may be broken this once. */
  overrides: string[]
  report: (line: string) => void
}

export interface Rotation {
  /** Logical names whose value changed. */
  rotated: string[]
  /** What apply did, one line an operation. */
  operations: string[]
}

/**
 * Brings new values to their consumers: creates the new Docker secret, rolls
 * the services that mount it by an ordinary apply, waits until they run with
 * it, and prunes what is too old. The box makes itself a new certificate or
 * password; elsewhere the value must already be new in its source. Throws a
 * Failure when no value is new, or when the commit has other changes that apply
 * would carry along.
 */
export async function rotate(
  repository: string,
  fleet: FleetFile,
  state: State,
  key: string | undefined,
  options: RotateOptions,
): Promise<Rotation> {
  if (key !== undefined && !fleet.secrets.includes(key)) {
    throw new Failure(
      `${fleet.environment} has no secret "${key}"; it has ${fleet.secrets.join(", ") || "none"}.`,
    )
  }
  if (fleet.credentials.some(({ name, kind }) => name === key && kind === "authority")) {
    throw new Failure(
      `${key} cannot be rotated: members that trust the new one would not trust those that have the old one (docs/secrets.md).`,
    )
  }
  // What is missing is said before anything is looked at or made new.
  resolveSecrets(fleet, localSecrets(repository, state), knownNamingKey(state))
  const done: Rotation[] = []
  for (const renew of renewals(repository, fleet, state, key)) {
    done.push(await rotateOnce(repository, fleet, state, key, options, renew))
  }
  return {
    rotated: [...new Set(done.flatMap(({ rotated }) => rotated))],
    operations: done.flatMap(({ operations }) => operations),
  }
}

async function rotateOnce(
  repository: string,
  fleet: FleetFile,
  state: State,
  key: string | undefined,
  options: RotateOptions,
  renew: Renewal,
): Promise<Rotation> {
  const live = await liveServices(fleet, state)
  refuseOtherChanges(repository, fleet, live)
  const restore = await renew(options.report)
  try {
    const names = resolveSecrets(fleet, localSecrets(repository, state), knownNamingKey(state)).map(
      (secret) => ({ ...secret, isLive: mountedSecrets(live).includes(secret.name) }),
    )
    const rotated = names.filter((secret) => !secret.isLive).map((secret) => secret.key)
    refuseWrongChange(rotated, key, localSecrets(repository, state).origin)
    for (const name of rotated) options.report(`${name}: new value`)
    const { operations } = await apply(repository, fleet.environment, {
      allowDirty: options.allowDirty,
      breakLock: false,
      overrides: options.overrides,
      report: options.report,
    })
    return { rotated, operations }
  } catch (error) {
    restore()
    throw error
  }
}

/**
 * Names of the Docker secrets that services mount, those in use first: a job that has
 * completed mounts the generation of its time for as long as it is kept.
 */
export function mountedSecrets(services: SwarmService[]): string[] {
  const isJob = ({ Spec }: SwarmService) => Spec.Mode.ReplicatedJob !== undefined
  const newest = services.toSorted((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1))
  return [...newest.filter((one) => !isJob(one)), ...newest.filter(isJob)].flatMap((service) =>
    (service.Spec.TaskTemplate.ContainerSpec.Secrets ?? []).map((secret) => secret.SecretName),
  )
}

function refuseOtherChanges(repository: string, fleet: FleetFile, live: SwarmService[]): void {
  const { secrets } = comparableSecrets(
    fleet,
    { value: () => undefined },
    undefined,
    mountedSecrets(live),
  )
  const desired = readDesired(join(repository, "stacks", fleet.environment), secrets)
  const hashes = new Map(
    live.map((service) => [service.Spec.Name, service.Spec.Labels?.[specHashLabel]]),
  )
  const changed = desired.services
    .filter((service) => hashes.get(service.name) !== service.specHash)
    .map((service) => service.name)
  if (changed.length === 0) return
  throw new Failure(
    `the commit changes ${changed.join(", ")} beside the secret. Apply it first, so that a failed rotation has one cause: npx quickcart apply ${fleet.environment}`,
  )
}

function refuseWrongChange(
  rotated: string[],
  key: string | undefined,
  origin: (name: string) => string | undefined,
): void {
  if (key !== undefined && !rotated.includes(key)) {
    throw new Failure(
      `the value of ${key} (${origin(key)}) is the live one. Put the new value there first.`,
    )
  }
  if (rotated.length === 0) throw new Failure("every secret's value is the live one already.")
  const others = rotated.filter((name) => key !== undefined && name !== key)
  if (others.length > 0) {
    throw new Failure(
      `${others.join(", ")} ${others.length === 1 ? "has" : "have"} a new value too. Rotate all at once: leave the name out.`,
    )
  }
}

/** Rotated when no name is given. */
const edgeCertificate = "edge_tls"

/** Makes a new value; returns how to take it back. */
type Renewal = (report: (line: string) => void) => Promise<() => void>

/**
 * What this machine makes new where it is the source, one rotation each; elsewhere
 * the new value is in its source already.
 */
function renewals(
  repository: string,
  fleet: FleetFile,
  state: State,
  key: string | undefined,
): Renewal[] {
  const name = key ?? edgeCertificate
  const credential = fleet.credentials.find((candidate) => candidate.name === name)
  const ours =
    fleet.provider.name === "box" &&
    localSecrets(repository, state).origin(name) === "generated by the box"
  if (!ours || credential === undefined || credential.kind === "authority") {
    return [async () => () => undefined]
  }
  if (credential.kind === "certificate") {
    return [
      async (report) => {
        const restore = kept(state, certificateFiles(name))
        await issueBoxCertificate(state, credential)
        report(`${name}: the box issued a new certificate`)
        return restore
      },
    ]
  }
  return nextPasswords(credential, state.read("secrets", name) ?? "").map((value) => async () => {
    const restore = kept(state, [name])
    state.write(value, "secrets", name)
    return restore
  })
}

/** How to put files of secrets back as they are now. */
function kept(state: State, files: string[]): () => void {
  const texts = files.map((file) => [file, state.read("secrets", file)] as const)
  return () => {
    for (const [file, text] of texts) if (text !== undefined) state.write(text, "secrets", file)
  }
}

async function liveServices(fleet: FleetFile, state: State): Promise<SwarmService[]> {
  const connection = await connectSwarm(fleet, state)
  try {
    return (await observe(connection.engine)).services
  } finally {
    await connection.close()
  }
}
