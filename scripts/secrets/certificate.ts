import { X509Certificate } from "node:crypto"
import { dirname } from "node:path"
import { connect } from "node:tls"
import Table from "cli-table3"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"
import { localSecrets, type SecretSources, secretVariable } from "./source.ts"

/** Days before its end from which a certificate is warned about. */
export const warnBelowDays = 21

export interface CertificateStatus {
  /** Logical name of the secret that holds it. */
  secret: string
  /** Names it is for; when it is not known, those it is meant for. */
  names: string[]
  /** Null when it is not known, and `why` says why. */
  expires: string | null
  /** Whole days left, negative when it has expired. */
  daysLeft: number | null
  warning: boolean
  /** Whether visitors are shown it now, or it is only the value that is known here. */
  from: "served" | "known here" | null
  why: string | null
}

/**
 * Expiry of the first certificate of a PEM bundle, which is the one that
 * visitors see; undefined when the value holds none. Throws when OpenSSL
 * cannot read it.
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
    why: null,
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
 * the value as it is known here, since Swarm gives no data back. One that the
 * fleet has and whose value is not known is listed without expiry. Never throws.
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
    if (name === "edge_tls" && served !== undefined) {
      return certificateStatus(name, served, nowMs, "served") ?? []
    }
    return knownCertificate(fleet, name, source, nowMs) ?? []
  })
}

/** Undefined for a secret that is no certificate. */
function knownCertificate(
  fleet: FleetFile,
  name: string,
  source: SecretSources,
  nowMs: number,
): CertificateStatus | undefined {
  const credential = fleet.credentials.find((candidate) => candidate.name === name)
  const isExpected = credential !== undefined && credential.kind !== "password"
  const names = credential?.kind === "certificate" ? credential.hosts : []
  const unknown = (why: string): CertificateStatus | undefined =>
    isExpected
      ? { secret: name, names, expires: null, daysLeft: null, warning: false, from: null, why }
      : undefined
  try {
    const value = source.value(name)
    if (value === undefined) return unknown(`no value here: ${secretVariable(name)} is not set`)
    const known = certificateStatus(name, value, nowMs)
    return known ?? unknown("its value here holds no certificate")
  } catch (error) {
    // OpenSSL's own words would not help whoever reads a status.
    if (error instanceof Failure) return unknown(error.message)
    return unknown("its value here is not a certificate that can be read")
  }
}

/** Columns for where a certificate was seen, or for why it was not. */
const widestReason = 44

/** Certificates as a person reads them: a table, and a line for each to renew. */
export function certificateLines(environment: string, certificates: CertificateStatus[]): string[] {
  if (certificates.length === 0) return []
  const style = { head: [], border: [], compact: true }
  const head = ["certificate", "for", "expiry", "seen"]
  const colWidths = [null, null, null, widestReason]
  const table = new Table({ head, style, wordWrap: true, colWidths })
  for (const { secret, names, expires, daysLeft, from, why } of certificates) {
    const expiry =
      expires === null || daysLeft === null
        ? "expiry unknown"
        : `${daysText(daysLeft)}, until ${expires.slice(0, 10)}`
    table.push([secret, namesText(names), expiry, from ?? why ?? "-"])
  }
  return [...warnings(environment, certificates), table.toString()]
}

/** The same in a line, and one for each that somebody has to see to. */
export function certificateSummary(
  environment: string,
  certificates: CertificateStatus[],
): string[] {
  if (certificates.length === 0) return []
  const [first] = certificates
    .filter(({ daysLeft }) => daysLeft !== null)
    .toSorted((a, b) => (a.daysLeft ?? 0) - (b.daysLeft ?? 0))
  const next =
    first === undefined
      ? ""
      : `, first ${first.secret}: ${daysText(first.daysLeft ?? 0)}, until ${first.expires?.slice(0, 10)}`
  return [
    ...warnings(environment, certificates),
    `certificates: ${certificates.length}${next}`,
    ...certificates.flatMap(({ secret, expires, why }) =>
      expires === null ? `  ${secret}: expiry unknown, ${why}` : [],
    ),
  ]
}

function warnings(environment: string, certificates: CertificateStatus[]): string[] {
  return certificates.flatMap(({ secret, daysLeft, warning }) =>
    !warning || daysLeft === null
      ? []
      : `WARNING: certificate ${secret}: ${daysText(daysLeft)}; run: npx quickcart secrets rotate ${environment} ${secret}`,
  )
}

function daysText(daysLeft: number): string {
  return daysLeft < 0 ? "EXPIRED" : `${daysLeft} days left`
}

/** One of the fleet's own certificates names every host of a role, which no table is wide enough for. */
function namesText([first = "-", ...others]: string[]): string {
  return others.length > 1 ? `${first} and ${others.length} more` : [first, ...others].join(", ")
}
