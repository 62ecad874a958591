import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { hostsOf, readFleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import { openState } from "../io/state.ts"

/** Environment variable that holds the deployer's private key. */
export const keyVariable = "QUICKCART_SSH_KEY"

/**
 * Gives this checkout the way into a fleet that another machine created: the
 * deployer's key from `QUICKCART_SSH_KEY` and the host keys pinned in
 * `environments/known_hosts/<env>` go to `.quickcart/<env>/ssh`, readable by
 * the owner only. Host keys are never asked of the network. Throws a Failure
 * that lists everything that is missing and writes nothing then.
 */
export function connect(
  repository: string,
  environment: string,
  variables: NodeJS.ProcessEnv = process.env,
): string[] {
  const fleet = readFleetFile(repository, environment)
  const key = variables[keyVariable]?.trim() ?? ""
  const pinsFile = join("environments", "known_hosts", environment)
  const pins = existsSync(join(repository, pinsFile))
    ? readFileSync(join(repository, pinsFile), "utf8")
    : undefined
  const pinned = pinnedHosts(pins ?? "")
  const problems: string[] = []
  if (key === "") problems.push(`${keyVariable} is empty. Set it to the deployer's private key.`)
  else if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/.test(key)) {
    problems.push(`${keyVariable} holds no private key in PEM or OpenSSH form.`)
  }
  if (pins === undefined) {
    problems.push(
      `${pinsFile} is missing. Commit the known_hosts file that "npx quickcart up ${environment}" wrote to .quickcart/${environment}/ssh.`,
    )
  } else {
    const wanted = ["bastion", "manager"].flatMap((role) => hostsOf(fleet, role))
    const missing = wanted.filter((host) => !pinned.has(host.name)).map((host) => host.name)
    if (missing.length > 0) problems.push(`${pinsFile} pins no key for ${missing.join(", ")}.`)
  }
  if (problems.length > 0) throw new Failure(problems.join("\n"))
  const state = openState(repository, environment)
  state.write(`${key}\n`, "ssh", "deploy_key")
  state.write(pins ?? "", "ssh", "known_hosts")
  return [...pinned]
}

/** Host names that a known_hosts text has a key for. */
function pinnedHosts(text: string): Set<string> {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"))
  return new Set(
    lines
      .filter((line) => /^\S+ (ssh-|ecdsa-|sk-)\S+ \S+/.test(line))
      .flatMap((line) => (line.split(" ")[0] ?? "").split(",")),
  )
}
