import type { FleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"
import { certificateFiles, issueBoxCertificate, nextPasswords } from "./box-credentials.ts"
import { rotateAuthority } from "./rotate-authority.ts"
import {
  isOurs,
  kept,
  nothingNew,
  type Renewal,
  type RotateOptions,
  type Rotating,
  type Rotation,
  rotateOnce,
} from "./rotate-once.ts"
import { knownNamingKey, localSecrets, resolveSecrets } from "./source.ts"

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
  // What is missing is said before anything is looked at or made new.
  resolveSecrets(fleet, localSecrets(repository, state), knownNamingKey(state))
  const rotating: Rotating = { repository, fleet, state, options }
  const done: Rotation[] = []
  if (key !== undefined && isOurAuthority(rotating, key)) {
    done.push(...(await rotateAuthority(rotating, key)))
  } else {
    for (const renew of renewals(rotating, key)) {
      done.push(await rotateOnce(rotating, key === undefined ? [] : [key], renew))
    }
  }
  return {
    rotated: [...new Set(done.flatMap(({ rotated }) => rotated))],
    operations: done.flatMap(({ operations }) => operations),
  }
}

/** Rotated when no name is given. */
const edgeCertificate = "edge_tls"

/**
 * What this machine makes new where it is the source, one rotation each; elsewhere
 * the new value is in its source already.
 */
function renewals(rotating: Rotating, key: string | undefined): Renewal[] {
  const { fleet, state } = rotating
  const name = key ?? edgeCertificate
  const credential = fleet.credentials.find((candidate) => candidate.name === name)
  if (credential === undefined || credential.kind === "authority" || !isOurs(rotating, name)) {
    return [nothingNew]
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

function isOurAuthority(rotating: Rotating, name: string): boolean {
  const credential = rotating.fleet.credentials.find((candidate) => candidate.name === name)
  return credential?.kind === "authority" && isOurs(rotating, name)
}
