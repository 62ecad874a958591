import { X509Certificate } from "node:crypto"
import { dirname } from "node:path"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { State } from "../io/state.ts"
import { localSecrets } from "./source.ts"

/** Days before its end from which a certificate is warned about. */
export const warnBelowDays = 21

export interface CertificateStatus {
  /** Logical name of the secret that holds it. */
  secret: string
  names: string[]
  expires: string
  /** Whole days left, negative when it has expired. */
  daysLeft: number
  warning: boolean
}

/**
 * Expiry of the first certificate of a PEM bundle, which is the one that
 * visitors see; undefined when the value holds none.
 */
export function certificateStatus(
  secret: string,
  value: string,
  nowMs: number,
): CertificateStatus | undefined {
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(value)?.[0]
  if (pem === undefined) return undefined
  const certificate = new X509Certificate(pem)
  const expiresMs = Date.parse(certificate.validTo)
  const daysLeft = Math.floor((expiresMs - nowMs) / 86_400_000)
  return {
    secret,
    names: (certificate.subjectAltName ?? certificate.subject)
      .split(/,\s*/)
      .map((name) => name.replace(/^(DNS|IP Address):/, "")),
    expires: new Date(expiresMs).toISOString(),
    daysLeft,
    warning: daysLeft < warnBelowDays,
  }
}

/**
 * Expiry of every certificate among the secrets, from the values as they are
 * known here: Swarm gives no data back. Never throws.
 */
export function certificates(fleet: FleetFile, state: State, nowMs: number): CertificateStatus[] {
  const source = localSecrets(dirname(dirname(state.root)), state)
  return fleet.secrets.flatMap((name) => {
    try {
      return certificateStatus(name, source.value(name) ?? "", nowMs) ?? []
    } catch {
      return []
    }
  })
}

/** One line about a certificate. */
export function certificateLine(status: CertificateStatus): string {
  const { secret, names, expires, daysLeft, warning } = status
  const left = daysLeft < 0 ? "EXPIRED" : `${daysLeft} days left`
  const what = `certificate ${secret} (${names.join(", ")}): ${left}, until ${expires.slice(0, 10)}`
  return warning ? `WARNING: ${what}; run: npx quickcart secrets rotate <env> ${secret}` : what
}
