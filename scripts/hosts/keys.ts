import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { run } from "../io/command.ts"
import type { State } from "../io/state.ts"

export interface HostKey {
  privateKey: string
  publicKey: string
}

export interface FleetKeys {
  /** Public half of the key that apply connects with. */
  deployer: string
  hosts: Map<string, HostKey>
}

/**
 * Makes the missing SSH keys: one for the deployer, one for each host, and
 * pins the hosts' public halves in `known_hosts`. Existing keys are kept.
 */
export async function ensureKeys(fleet: FleetFile, state: State): Promise<FleetKeys> {
  mkdirSync(state.path("ssh", "hosts"), { recursive: true, mode: 0o700 })
  const deployer = await ensureKey(state.path("ssh", "deploy_key"), `deploy@${fleet.environment}`)
  const hosts = new Map<string, HostKey>()
  for (const { name } of fleet.hosts) {
    hosts.set(name, await ensureKey(state.path("ssh", "hosts", name), name))
  }
  const pins = [...hosts].map(([name, key]) => `${name} ${key.publicKey.trim()}`)
  state.write(`${pins.join("\n")}\n`, "ssh", "known_hosts")
  return { deployer: deployer.publicKey.trim(), hosts }
}

/** Forgets the keys of hosts that no longer exist. */
export function forgetHostKeys(state: State): void {
  rmSync(state.path("ssh", "hosts"), { recursive: true, force: true })
  rmSync(join(state.root, "ssh", "known_hosts"), { force: true })
}

async function ensureKey(file: string, comment: string): Promise<HostKey> {
  if (!existsSync(file)) {
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file])
  }
  return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8") }
}
