import { readFileSync } from "node:fs"
import { run } from "../io/command.ts"
import type { State } from "../io/state.ts"

const renewBeforeSeconds = 7 * 86_400

/**
 * Makes the box its own CA and a certificate for the shop, as the secret
 * `edge_tls` (certificate chain and key in one PEM, as HAProxy reads it).
 * Kept until a week before it expires or the names change.
 */
export async function ensureBoxCertificate(state: State, names: string[]): Promise<void> {
  const wanted = names.join(",")
  if (state.read("secrets", "edge_tls.names") === wanted && (await isFresh(state))) return
  const path = (name: string) => state.path("secrets", name)
  state.write(
    [
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`,
      "extendedKeyUsage=serverAuth",
      "basicConstraints=critical,CA:FALSE",
    ].join("\n"),
    "secrets",
    "leaf.ext",
  )
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
  await run([
    "openssl",
    "req",
    "-x509",
    ...key,
    "-keyout",
    path("ca.key"),
    "-out",
    path("ca.pem"),
    "-days",
    "3650",
    "-subj",
    "/CN=QuickCart box CA",
    "-addext",
    "keyUsage=critical,keyCertSign",
  ])
  await run([
    "openssl",
    "req",
    ...key,
    "-keyout",
    path("leaf.key"),
    "-out",
    path("leaf.csr"),
    "-subj",
    `/CN=${names[0]}`,
  ])
  await run([
    "openssl",
    "x509",
    "-req",
    "-in",
    path("leaf.csr"),
    "-CA",
    path("ca.pem"),
    "-CAkey",
    path("ca.key"),
    "-CAcreateserial",
    "-days",
    "90",
    "-extfile",
    path("leaf.ext"),
    "-out",
    path("leaf.pem"),
  ])
  const bundle = ["leaf.pem", "ca.pem", "leaf.key"].map((name) => readFileSync(path(name), "utf8"))
  state.write(bundle.join(""), "secrets", "edge_tls")
  state.write(wanted, "secrets", "edge_tls.names")
}

async function isFresh(state: State): Promise<boolean> {
  if (state.read("secrets", "edge_tls") === undefined) return false
  const result = await run(
    [
      "openssl",
      "x509",
      "-noout",
      "-checkend",
      String(renewBeforeSeconds),
      "-in",
      state.path("secrets", "leaf.pem"),
    ],
    { allowFailure: true },
  )
  return result.exitCode === 0
}
