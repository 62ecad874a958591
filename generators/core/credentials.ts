import type {
  AuthorityCredential,
  CertificateCredential,
  Credential,
  PasswordCredential,
} from "../../schema/credential.ts"
import { canonicalJson } from "./canonical.ts"
import type { Contributions } from "./component.ts"
import type { Fleet, Host } from "./fleet.ts"

/** What every component trusts: the certificate of the fleet's own authority. */
export const internalAuthority: AuthorityCredential = { kind: "authority", name: "internal_ca" }

/** A certificate for what runs on these hosts and is reached by their names and addresses. */
export function internalCertificate(name: string, hosts: readonly Host[]): CertificateCredential {
  const reached = hosts.flatMap((host) => [host.name, host.privateAddress])
  const common = name.replaceAll("_", "-")
  return {
    kind: "certificate",
    name,
    authority: "internal",
    hosts: [common, ...reached, "localhost", "127.0.0.1"],
  }
}

/** A password that only machines type. */
export function password(
  name: string,
  kind: Pick<PasswordCredential, "role" | "severalLines"> = {},
): PasswordCredential {
  return { kind: "password", name, ...kind }
}

/**
 * Every credential that components ask for, once, by name. Throws when two
 * components mean different things by one name.
 */
export function credentialsOf(all: Contributions): Credential[] {
  const known = new Map<string, Credential>()
  for (const credential of all.credentials) {
    const other = known.get(credential.name)
    if (other !== undefined && canonicalJson(other) !== canonicalJson(credential)) {
      throw new Error(`two components ask for different credentials called "${credential.name}"`)
    }
    known.set(credential.name, credential)
  }
  return [...known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Logical names of all secrets: what services mount, and what the spec names besides. */
export function secretsOf(fleet: Fleet, all: Contributions): string[] {
  const mounted = all.services.flatMap(({ definition }) =>
    (definition.secrets ?? []).map((mount) => mount.source),
  )
  return [...new Set([...fleet.secrets, ...mounted])].sort()
}
