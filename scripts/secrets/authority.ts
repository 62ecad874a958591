import type { CertificateCredential, Credential } from "../../schema/credential.ts"
import { certificatesIn, isIssuedBy, isTrusted } from "./pem.ts"

/** A secret as it is known here. */
export interface KnownSecret {
  key: string
  value: string
  /** Whether the services that mount it have this value. */
  isLive: boolean
}

/** How far another authority has come; what is known here, whoever began and was interrupted. */
export interface AuthorityProgress {
  /** Certificates in the trusted text, the newest last. */
  trusted: number
  /** Whether the trusted text is what services have. */
  isTrustLive: boolean
  /** Whether the newest signs what is issued. */
  newestSigns: boolean
  /** Whether it has issued every certificate of the fleet. */
  hasIssuedAll: boolean
  /** Whether services have those. */
  areIssuedLive: boolean
}

/** In this order, each applied before the next: no member ever meets one that it does not trust. */
export type AuthorityStep = "trust both" | "issue" | "trust the new one"

/**
 * The next step of a rotation of the authority, and whether its values are made already
 * and only have to be applied. The step `trust the new one` is the last.
 */
export function nextStep(progress: AuthorityProgress): { step: AuthorityStep; isMade: boolean } {
  const { trusted, isTrustLive, newestSigns, hasIssuedAll, areIssuedLive } = progress
  if (!isTrustLive) {
    return { step: trusted > 1 ? "trust both" : "trust the new one", isMade: true }
  }
  if (trusted === 1) return { step: "trust both", isMade: false }
  if (!newestSigns || !hasIssuedAll) return { step: "issue", isMade: false }
  if (!areIssuedLive) return { step: "issue", isMade: true }
  return { step: "trust the new one", isMade: false }
}

/** Certificates of the fleet that the internal authority issues. */
export function issuedInternally(credentials: readonly Credential[]): CertificateCredential[] {
  return credentials.filter(
    (one): one is CertificateCredential =>
      one.kind === "certificate" && one.authority === "internal",
  )
}

/** Reads the progress from the secrets; `signer` is the certificate whose key signs. */
export function authorityProgress(
  authority: readonly KnownSecret[],
  signer: string,
  issued: readonly KnownSecret[],
): AuthorityProgress {
  const trusted = authority.flatMap(({ value }) => certificatesIn(value))
  const newest = trusted.at(-1)
  const [signs] = certificatesIn(signer)
  return {
    trusted: trusted.length,
    isTrustLive: authority.every(({ isLive }) => isLive),
    newestSigns: newest !== undefined && signs?.fingerprint256 === newest.fingerprint256,
    hasIssuedAll: issued.every(({ value }) => {
      const [leaf] = certificatesIn(value)
      return leaf !== undefined && newest !== undefined && isIssuedBy(leaf, newest)
    }),
    areIssuedLive: issued.every(({ isLive }) => isLive),
  }
}

/**
 * Why new values would set members against one another, and what to do instead;
 * undefined when they would not. Whom members trust now cannot be asked, as Swarm gives
 * no value back, so an authority and what it issues are never new together.
 */
export function trustFault(
  credentials: readonly Credential[],
  secrets: readonly KnownSecret[],
): string | undefined {
  const authority = credentials.find(({ kind }) => kind === "authority")?.name
  const trusted = secrets.find(({ key }) => key === authority)
  if (trusted === undefined) return undefined
  const names = issuedInternally(credentials).map(({ name }) => name)
  const issued = secrets.filter(({ key }) => names.includes(key))
  if ([trusted, ...issued].every(({ isLive }) => isLive)) return undefined
  const untrusted = issued.filter(({ value }) => !isTrusted(value, trusted.value))
  if (untrusted.length > 0) {
    return `${keys(untrusted)}: not issued by an authority in ${trusted.key}. While certificates of two are in use, it holds both (docs/secrets.md).`
  }
  const together = trusted.isLive ? [] : issued.filter(({ isLive }) => !isLive)
  if (together.length === 0) return undefined
  return `${trusted.key} has a new value, and so has ${keys(together)}: members that do not have the one yet would refuse the other. Put ${keys(together)} back, rotate ${trusted.key} alone, then the rest (docs/secrets.md).`
}

function keys(secrets: readonly KnownSecret[]): string {
  return secrets.map(({ key }) => key).join(", ")
}
