import { run } from "./io/command.ts"
import { Failure } from "./io/failure.ts"

/**
 * Logs this machine's Docker client in to the registry that `address` (host,
 * optionally with a path) lies on. The password travels on standard input.
 * Throws a Failure that names what is not set.
 */
export async function registryLogin(
  address: string,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { QUICKCART_REGISTRY_USER: user, QUICKCART_REGISTRY_PASSWORD: password } = variables
  const missing = [
    ...(address === "" ? ["the registry's address"] : []),
    ...(user ? [] : ["QUICKCART_REGISTRY_USER"]),
    ...(password ? [] : ["QUICKCART_REGISTRY_PASSWORD"]),
  ]
  if (!user || !password || missing.length > 0) {
    throw new Failure(`${missing.join(", ")} is not set.`)
  }
  const host = address.split("/")[0] ?? address
  await run(["docker", "login", "--username", user, "--password-stdin", host], { input: password })
  return host
}
