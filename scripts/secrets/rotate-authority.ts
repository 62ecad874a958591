import type { CertificateCredential } from "../../schema/credential.ts"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"
import { type AuthorityStep, authorityProgress, issuedInternally, nextStep } from "./authority.ts"
import {
  addInternalAuthority,
  certificateFiles,
  internalAuthorityFiles,
  issueBoxCertificate,
  signingCertificate,
  signWithNewest,
  trustSignerOnly,
} from "./box-credentials.ts"
import {
  isOurs,
  kept,
  knownSecrets,
  liveServices,
  nothingNew,
  type Renewal,
  type Rotating,
  type Rotation,
  rotateOnce,
} from "./rotate-once.ts"

const sayings: Record<AuthorityStep, string> = {
  "trust both": "step 1 of 3, another authority is trusted too",
  issue: "step 2 of 3, the other one issues every certificate",
  "trust the new one": "step 3 of 3, the one before is not trusted any more",
}

/**
 * Takes the steps that are left, each applied before the next is made: those that an
 * interrupted rotation has applied are not taken again.
 */
export async function rotateAuthority(rotating: Rotating, name: string): Promise<Rotation[]> {
  const { fleet, state, options } = rotating
  const issued = issuedInternally(fleet.credentials).filter((one) => isOurs(rotating, one.name))
  const done: Rotation[] = []
  for (const _ of Object.keys(sayings)) {
    const known = knownSecrets(rotating, await liveServices(fleet, state))
    const { step, isMade } = nextStep(
      authorityProgress(
        known.filter(({ key }) => key === name),
        signingCertificate(state, "internal"),
        known.filter(({ key }) => issued.some((one) => one.name === key)),
      ),
    )
    options.report(`${name}: ${sayings[step]}`)
    const expected = step === "issue" ? issued.map((one) => one.name) : [name]
    const renew = isMade ? nothingNew : authorityRenewal(state, step, issued)
    done.push(await rotateOnce(rotating, expected, renew))
    if (step === "trust the new one") return done
  }
  throw new Failure(
    `${name} is not live after three steps: another has changed it meanwhile. Look at it, then rotate again: npx quickcart secrets check ${fleet.environment}`,
  )
}

/** Makes what a step needs; returns how to take it back. */
export function authorityRenewal(
  state: State,
  step: AuthorityStep,
  issued: CertificateCredential[],
): Renewal {
  return async () => {
    const files = issued.flatMap(({ name }) => certificateFiles(name))
    const restore = kept(state, [...internalAuthorityFiles, ...files])
    if (step === "trust both") await addInternalAuthority(state)
    if (step === "trust the new one") trustSignerOnly(state)
    if (step === "issue") {
      signWithNewest(state)
      for (const credential of issued) await issueBoxCertificate(state, credential)
    }
    return restore
  }
}
