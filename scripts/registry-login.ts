import { registryAccess } from "./deploy/registry-access.ts"
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
  if (address === "") throw new Failure("the registry's address is not set.")
  const access = registryAccess(address, variables)
  if (access === undefined) {
    throw new Failure("QUICKCART_REGISTRY_USER and QUICKCART_REGISTRY_PASSWORD are not set.")
  }
  const { host, user, password } = access
  await run(["docker", "login", "--username", user, "--password-stdin", host], { input: password })
  return host
}
