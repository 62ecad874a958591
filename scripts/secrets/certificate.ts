import { X509Certificate } from "node:crypto"
import { dirname } from "node:path"
import { connect } from "node:tls"
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
  /** Whether visitors are shown it now, or it is only the value that is known here. */
  from: "served" | "known here"
}

/**
 * Expiry of the first certificate of a PEM bundle, which is the one that
 * visitors see; undefined when the value holds none.
 */
export function certificateStatus(
  secret: string,
  value: string,
  nowMs: number,
  from: CertificateStatus["from"] = "known here",
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
    from,
  }
}

/** Long for a handshake, short for somebody who waits for the status of a fleet that is down. */
const servedTimeoutMs = 1500

/** Where and under which name to ask for a certificate. */
export interface ServedAt {
  address: string
  name: string
  port?: number
}

/**
 * The certificate, as PEM, that visitors are shown; undefined when nothing
 * answers. Read only, so whoever signed it: whether it is trusted is the smoke
 * test's question. Never throws.
 */
export function servedCertificate({ address, name, port = 443 }: ServedAt) {
  return new Promise<string | undefined>((resolve) => {
    const socket = connect({ host: address, port, servername: name, rejectUnauthorized: false })
    const end = (pem: string | undefined) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(pem)
    }
    const timer = setTimeout(end, servedTimeoutMs, undefined)
    socket.once("secureConnect", () => end(socket.getPeerX509Certificate()?.toString()))
    socket.once("error", () => end(undefined))
    socket.once("close", () => end(undefined))
  })
}

/**
 * Expiry of every certificate among the secrets. That of `edge_tls` is read
 * from what the VIP serves; where it does not answer, and for all others, from
 * the value as it is known here, since Swarm gives no data back. Never throws.
 */
export async function certificates(
  fleet: FleetFile,
  state: State,
  nowMs: number,
  at: ServedAt = { address: fleet.network.vip, name: fleet.hostname },
): Promise<CertificateStatus[]> {
  const source = localSecrets(dirname(dirname(state.root)), state)
  const served = fleet.secrets.includes("edge_tls") ? await servedCertificate(at) : undefined
  return fleet.secrets.flatMap((name) => {
    try {
      if (name === "edge_tls" && served !== undefined) {
        return certificateStatus(name, served, nowMs, "served") ?? []
      }
      return certificateStatus(name, source.value(name) ?? "", nowMs) ?? []
    } catch {
      return []
    }
  })
}

/** One line about a certificate. */
export function certificateLine(status: CertificateStatus): string {
  const { secret, names, expires, daysLeft, warning, from } = status
  const left = daysLeft < 0 ? "EXPIRED" : `${daysLeft} days left`
  const what = `certificate ${secret} (${names.join(", ")}): ${left}, until ${expires.slice(0, 10)}, ${from}`
  return warning ? `WARNING: ${what}; run: npx quickcart secrets rotate <env> ${secret}` : what
}
