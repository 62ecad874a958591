import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { run } from "../io/command.ts"
import type { State } from "../io/state.ts"

const secondsPerDay = 86_400
/** Before `status` begins to warn. */
const renewBeforeSeconds = 21 * secondsPerDay
const leafDays = 90
const authorityDays = 3650

/**
 * Makes what the box needs of secrets: the key that names them, its own CA,
 * and a certificate for the shop as the secret `edge_tls`. The certificate is
 * kept until three weeks before it expires or the names change.
 */
export async function ensureBoxCertificate(state: State, names: string[]): Promise<void> {
  if (state.read("secrets", "naming.key") === undefined) {
    state.write(randomBytes(32).toString("hex"), "secrets", "naming.key")
  }
  if (state.read("secrets", "edge_tls.names") === names.join(",") && (await isFresh(state))) return
  await issueBoxCertificate(state, names)
}

/**
 * Issues a new certificate for `names` from the box's CA and makes it the
 * secret `edge_tls`: certificate chain and key in one PEM, as HAProxy reads it.
 */
export async function issueBoxCertificate(state: State, names: string[]): Promise<void> {
  const path = (name: string) => state.path("secrets", name)
  await ensureAuthority(state)
  state.write(
    [
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
      "extendedKeyUsage=serverAuth",
      "basicConstraints=critical,CA:FALSE",
    ].join("\n"),
    "secrets",
    "leaf.ext",
  )
  const request = [
    "-keyout",
    path("leaf.key"),
    "-out",
    path("leaf.csr"),
    "-subj",
    `/CN=${names[0]}`,
  ]
  await run(["openssl", "req", ...newKey, ...request])
  const authority = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"]
  const leaf = ["-days", String(leafDays), "-extfile", path("leaf.ext"), "-out", path("leaf.pem")]
  await run(["openssl", "x509", "-req", "-in", path("leaf.csr"), ...authority, ...leaf])
  const bundle = ["leaf.pem", "ca.pem", "leaf.key"].map((name) => readFileSync(path(name), "utf8"))
  state.write(bundle.join(""), "secrets", "edge_tls")
  state.write(names.join(","), "secrets", "edge_tls.names")
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

/** One CA for the life of the box, so that who trusts it keeps trusting after a rotation. */
async function ensureAuthority(state: State): Promise<void> {
  if (state.read("secrets", "ca.key") !== undefined && (await lasts(state, "ca.pem", leafDays))) {
    return
  }
  await run([
    "openssl",
    "req",
    "-x509",
    ...newKey,
    ...["-keyout", state.path("secrets", "ca.key"), "-out", state.path("secrets", "ca.pem")],
    ...["-days", String(authorityDays), "-subj", "/CN=QuickCart box CA"],
    ...["-addext", "keyUsage=critical,keyCertSign"],
  ])
}

async function isFresh(state: State): Promise<boolean> {
  if (state.read("secrets", "edge_tls") === undefined) return false
  return lasts(state, "leaf.pem", renewBeforeSeconds / secondsPerDay)
}

async function lasts(state: State, name: string, days: number): Promise<boolean> {
  if (state.read("secrets", name) === undefined) return false
  const check = ["-checkend", String(days * secondsPerDay), "-in", state.path("secrets", name)]
  const result = await run(["openssl", "x509", "-noout", ...check], { allowFailure: true })
  return result.exitCode === 0
}
