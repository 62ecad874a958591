import { secretShape } from "../../schema/secret-shape.ts"

const hidden = "(not shown)"

/**
 * A live value as a report may show it: reports end in CI logs and issues, and
 * whoever changed the fleet by hand may have put a secret there.
 */
export function shown(field: string, value: string | null): string | null {
  if (value === null) return null
  // References and mounts hold hashes, which look random and are public.
  if (/^(Image$|Labels\.com\.docker\.stack\.image$|(Configs|Secrets|Mounts)\.)/.test(field))
    return value
  if (/^(Env\.|Args$|Command$|LogDriver\.)/.test(field)) return hidden
  if (/password|secret|token|credential|api_?key/i.test(field)) return hidden
  return secretShape(value) === undefined ? value : hidden
}
