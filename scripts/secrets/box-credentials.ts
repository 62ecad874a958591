import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import type {
  CertificateCredential,
  Credential,
  PasswordCredential,
} from "../../schema/credential.ts"
import { run } from "../io/command.ts"
import { Failure } from "../io/failure.ts"
import type { State } from "../io/state.ts"
import { certificatesIn, isTrusted, keyBlocksIn, privateKeysIn } from "./pem.ts"

const secondsPerDay = 86_400
/** Before `status` begins to warn. */
const renewBeforeDays = 21
const leafDays = 90
const authorityDays = 3650

/**
 * Where an authority's certificate and key lie; the internal one's certificate is a secret too.
 * During a rotation both files hold two: the certificates are all trusted, the first key signs.
 */
const authorities = {
  public: { certificate: "ca.pem", key: "ca.key", title: "QuickCart box CA" },
  internal: { certificate: "internal_ca", key: "internal_ca.key", title: "QuickCart internal CA" },
}

/**
 * Makes what the box needs of secrets: the key that names them, its authorities,
 * and every credential that is not there. Certificates are kept until three
 * weeks before they expire, the names they are for change or their authority goes, passwords for ever.
 */
export async function ensureBoxCredentials(
  state: State,
  credentials: readonly Credential[],
): Promise<void> {
  if (state.read("secrets", "naming.key") === undefined) {
    state.write(randomBytes(32).toString("hex"), "secrets", "naming.key")
  }
  for (const credential of credentials) {
    if (credential.kind === "authority") await ensureAuthority(state, "internal")
    else if (credential.kind === "password") ensurePassword(state, credential.name)
    else if (!(await isFresh(state, credential))) await issueBoxCertificate(state, credential)
  }
}

/**
 * Issues a new certificate from one of the box's authorities and makes it a
 * secret: certificate chain and key in one PEM, which HAProxy, Go, Python and
 * OpenSSL all read as it is.
 */
export async function issueBoxCertificate(
  state: State,
  { name, authority, hosts }: CertificateCredential,
): Promise<void> {
  const path = (file: string) => state.path("secrets", file)
  await ensureAuthority(state, authority)
  const { certificate, key } = authorities[authority]
  const signer = signerFile(authority)
  state.write(extensions(authority, hosts), "secrets", `${name}.ext`)
  const request = [
    "-keyout",
    path(`${name}.key`),
    "-out",
    path(`${name}.csr`),
    "-subj",
    `/CN=${hosts[0]}`,
  ]
  await run(["openssl", "req", ...newKey, ...request])
  const signing = ["-CA", path(signer), "-CAkey", path(key), "-CAcreateserial"]
  // Else it goes where the last dot of the path is, e.g. beside `.quickcart`.
  const serial = ["-CAserial", path(`${certificate}.srl`)]
  const leaf = ["-extfile", path(`${name}.ext`), "-out", path(`${name}.pem`)]
  const days = ["-days", String(leafDays)]
  await run([
    "openssl",
    "x509",
    "-req",
    "-in",
    path(`${name}.csr`),
    ...signing,
    ...serial,
    ...days,
    ...leaf,
  ])
  const files = [`${name}.pem`, signer, `${name}.key`]
  state.write(files.map((file) => readFileSync(path(file), "utf8")).join(""), "secrets", name)
  state.write(hosts.join(","), "secrets", `${name}.names`)
}

/** Files that `issueBoxCertificate` replaces, for those who may have to put them back. */
export function certificateFiles(name: string): string[] {
  return [name, `${name}.names`, `${name}.pem`, `${name}.key`]
}

/** The one of an authority's certificates whose key signs. */
export function signingCertificate(state: State, authority: "public" | "internal"): string {
  const { certificate, key } = authorities[authority]
  const [signs] = privateKeysIn(state.read("secrets", key) ?? "")
  const found = certificatesIn(state.read("secrets", certificate) ?? "").find(
    (one) => signs !== undefined && one.checkPrivateKey(signs),
  )
  if (found !== undefined) return found.toString()
  throw new Failure(
    `none of the certificates in ${state.path("secrets", certificate)} belongs to the first key in ${state.path("secrets", key)}. Put the two back that belong together.`,
  )
}

/** Files of the internal authority that a rotation changes. */
export const internalAuthorityFiles = [authorities.internal.certificate, authorities.internal.key]

/** Makes another internal authority, to be trusted beside the one that signs and goes on signing. */
export async function addInternalAuthority(state: State): Promise<void> {
  const { certificate, key } = authorities.internal
  const [nextCertificate, nextKey] = [`${certificate}.next`, `${key}.next`]
  await makeAuthority(state, "internal", nextCertificate, nextKey)
  const next = (file: string) => state.read("secrets", file) ?? ""
  const [signs = ""] = keyBlocksIn(next(key))
  // The key first: one that nobody trusts yet does no harm.
  state.write(`${signs}${next(nextKey)}`, "secrets", key)
  const signing = signingCertificate(state, "internal")
  state.write(`${signing}${next(nextCertificate)}`, "secrets", certificate)
  state.remove("secrets", nextKey)
  state.remove("secrets", nextCertificate)
}

/** From now on the newest of the internal authorities signs; those before it are trusted still. */
export function signWithNewest(state: State): void {
  const { key } = authorities.internal
  const newest = keyBlocksIn(state.read("secrets", key) ?? "").at(-1) ?? ""
  state.write(newest, "secrets", key)
}

/** The internal authority that signs is the only one that is trusted. */
export function trustSignerOnly(state: State): void {
  state.write(signingCertificate(state, "internal"), "secrets", authorities.internal.certificate)
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

/** Inside the fleet servers are clients of one another: etcd's peers, Patroni's members. */
function extensions(authority: "public" | "internal", hosts: string[]): string {
  const isAddress = (host: string) => /^[0-9.]+$/.test(host)
  return [
    `subjectAltName=${hosts.map((host) => `${isAddress(host) ? "IP" : "DNS"}:${host}`).join(",")}`,
    `extendedKeyUsage=serverAuth${authority === "internal" ? ",clientAuth" : ""}`,
    "basicConstraints=critical,CA:FALSE",
  ].join("\n")
}

/**
 * Values that a password takes in a rotation, one after another. Where consumers read
 * several lines, all of them accept the new password before any uses it, and the one
 * before until the next rotation.
 */
export function nextPasswords({ severalLines }: PasswordCredential, current: string): string[] {
  const next = newPassword()
  if (severalLines !== true) return [next]
  const [inUse = ""] = current.split("\n")
  return [`${inUse}\n${next}`, `${next}\n${inUse}`]
}

/** 192 bits, in letters that no configuration file, shell or URL gives a meaning. */
function newPassword(): string {
  return randomBytes(24).toString("hex")
}

function ensurePassword(state: State, name: string): void {
  if (state.read("secrets", name) !== undefined) return
  state.write(newPassword(), "secrets", name)
}

/**
 * One authority until it ends, so that who trusts it keeps trusting after a rotation. That of
 * visitors must outlast its certificates; another internal one comes by `rotate` alone, in steps.
 */
async function ensureAuthority(state: State, authority: "public" | "internal"): Promise<void> {
  const { certificate, key } = authorities[authority]
  const keep = async () => {
    state.write(signingCertificate(state, authority), "secrets", signerFile(authority))
    return lasts(state, signerFile(authority), authority === "internal" ? 0 : leafDays)
  }
  if (state.read("secrets", key) !== undefined && (await keep())) return
  await makeAuthority(state, authority, certificate, key)
  await keep()
}

/** A copy of the certificate that signs: OpenSSL takes the first of a file, whoever that is. */
function signerFile(authority: "public" | "internal"): string {
  return `${authorities[authority].certificate}.signer`
}

async function makeAuthority(
  state: State,
  authority: "public" | "internal",
  certificate: string,
  key: string,
): Promise<void> {
  // Of two with one name a client may take the wrong one for the issuer, and refuse.
  const name = `${authorities[authority].title} ${randomBytes(4).toString("hex")}`
  await run([
    "openssl",
    "req",
    "-x509",
    ...newKey,
    ...["-keyout", state.path("secrets", key), "-out", state.path("secrets", certificate)],
    ...["-days", String(authorityDays), "-subj", `/CN=${name}`],
    ...["-addext", "keyUsage=critical,keyCertSign"],
  ])
}

/** A rotation of the authority replaces the certificates of its day, and none of what is off then. */
async function isFresh(state: State, credential: CertificateCredential): Promise<boolean> {
  const { name, authority, hosts } = credential
  if (state.read("secrets", `${name}.names`) !== hosts.join(",")) return false
  const trusted = state.read("secrets", authorities[authority].certificate) ?? ""
  if (!isTrusted(state.read("secrets", name) ?? "", trusted)) return false
  return lasts(state, name, renewBeforeDays)
}

async function lasts(state: State, name: string, days: number): Promise<boolean> {
  if (state.read("secrets", name) === undefined) return false
  const check = ["-checkend", String(days * secondsPerDay), "-in", state.path("secrets", name)]
  const result = await run(["openssl", "x509", "-noout", ...check], { allowFailure: true })
  return result.exitCode === 0
}
