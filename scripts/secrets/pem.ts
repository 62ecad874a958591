import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"

/** Certificates of a PEM text, in order. Throws when OpenSSL cannot read one. */
export function certificatesIn(text: string): X509Certificate[] {
  return blocks(text, "CERTIFICATE").map((pem) => new X509Certificate(pem))
}

/** Private keys of a PEM text, in order. Throws when OpenSSL cannot read one. */
export function privateKeysIn(text: string): KeyObject[] {
  return keyBlocksIn(text).map((pem) => createPrivateKey(pem))
}

/** Private keys of a PEM text as they are written there, each with a line end. */
export function keyBlocksIn(text: string): string[] {
  return blocks(text, "[A-Z ]*PRIVATE KEY").map((block) => `${block}\n`)
}

function blocks(text: string, label: string): string[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----[\\s\\S]+?-----END ${label}-----`, "g")
  return [...text.matchAll(pattern)].map(([block]) => block)
}

/** Whether a certificate was signed by the key of another. */
export function isIssuedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
}

/**
 * Whether the first certificate of a PEM text leads, by way of those after it, to one
 * of the authorities of another. False when either cannot be read.
 */
export function isTrusted(text: string, authorities: string): boolean {
  try {
    return leadsTo(certificatesIn(text), certificatesIn(authorities))
  } catch {
    return false
  }
}

function leadsTo([leaf, ...chain]: X509Certificate[], authorities: X509Certificate[]): boolean {
  if (leaf === undefined) return false
  if (authorities.some((authority) => isIssuedBy(leaf, authority))) return true
  const issuer = chain.findIndex((certificate) => isIssuedBy(leaf, certificate))
  return issuer >= 0 && leadsTo(chain.slice(issuer), authorities)
}
