/**
 * A secret whose value a fleet can make for itself. Components ask for what they
 * mount, `fleet.json` lists it, and the box makes it when hosts are created.
 */
export type Credential = AuthorityCredential | CertificateCredential | PasswordCredential

/** The certificate, without the key, that every component trusts: one for each fleet. */
export interface AuthorityCredential {
  kind: "authority"
  /** Logical name of the secret. */
  name: string
}

/** Certificate chain and private key in one PEM text. */
export interface CertificateCredential {
  kind: "certificate"
  name: string
  /**
   * Who signs it: `internal` is the fleet's own authority, for server and client;
   * `public` is one that visitors trust, for servers only.
   */
  authority: "public" | "internal"
  /** DNS names and IPv4 addresses it is valid for; the first is its common name. */
  hosts: string[]
}

/** Random text, safe in URLs, configuration files and SQL. */
export interface PasswordCredential {
  kind: "password"
  name: string
  /**
   * Role of the database that logs in with it. Consumers then get
   * `<role>_<8 hex digits>:<password>`: another password is another login, and the
   * one before goes on beside it.
   */
  role?: string
  /** Consumers read several lines: all are accepted, the first is used. */
  severalLines?: true
}
