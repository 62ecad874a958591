/** Where secret values come from; never plain text in git. */
export interface SecretSource {
  /** What people call it, e.g. `.env`. */
  readonly label: string
  /** The value, or undefined when this source has none. Throws a Failure when it cannot be read. */
  value(name: string): string | undefined
}

/** Variable that holds a secret in the environment, `.env` and `secrets/<env>.env.age`. */
export function secretVariable(name: string): string {
  return `QUICKCART_SECRET_${name.toUpperCase()}`
}
