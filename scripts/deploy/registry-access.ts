import { Failure } from "../io/failure.ts"

/** What a private registry asks of those who pull. */
export interface RegistryAccess {
  /** Host, with its port if it has one. */
  host: string
  user: string
  password: string
}

/** The name that Docker Hub's credentials are kept under (docker/cli, cli/config/credentials). */
const dockerHub = "https://index.docker.io/v1/"

/**
 * The account for the registry that `address` (host, optionally with a path) lies on;
 * undefined when none is set, for a registry that anybody may pull from. Throws a Failure
 * that names the missing one when only half is set.
 */
export function registryAccess(
  address: string,
  variables: NodeJS.ProcessEnv,
): RegistryAccess | undefined {
  const { QUICKCART_REGISTRY_USER: user, QUICKCART_REGISTRY_PASSWORD: password } = variables
  if (!user && !password) return undefined
  if (!user || !password) {
    const [set, missing] = user ? ["USER", "PASSWORD"] : ["PASSWORD", "USER"]
    throw new Failure(
      `QUICKCART_REGISTRY_${set} is set and QUICKCART_REGISTRY_${missing} is not. Set both, or neither when anybody may pull from ${address}.`,
    )
  }
  return { host: address.split("/")[0] ?? address, user, password }
}

/** The account as one line of Docker's `config.json`. */
export function dockerConfig({ host, user, password }: RegistryAccess): string {
  const auth = Buffer.from(`${user}:${password}`).toString("base64")
  return JSON.stringify({ auths: { [host === "docker.io" ? dockerHub : host]: { auth } } })
}
