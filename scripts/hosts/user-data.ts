import { createHash } from "node:crypto"
import { stringify } from "yaml"
import type { FleetKeys } from "./keys.ts"

/**
 * User-data of one host: the role's rendered cloud-init, and beside it what is
 * private to the host (its SSH host key, so that the key can be pinned before
 * first contact) in a `#cloud-config-archive`, which cloud-init merges.
 */
export function userData(roleCloudInit: string, hostName: string, keys: FleetKeys): string {
  const key = keys.hosts.get(hostName)
  if (key === undefined) throw new Error(`no host key for ${hostName}`)
  const own = {
    hostname: hostName,
    preserve_hostname: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: key.privateKey, ed25519_public: key.publicKey },
    write_files: [
      {
        path: "/etc/ssh/authorized_keys/deploy",
        content: `${keys.deployer}\n`,
        permissions: "0644",
      },
    ],
    merge_how: "dict(no_replace,recurse_list)+list(append)",
  }
  const parts = [
    { type: "text/cloud-config", content: roleCloudInit },
    { type: "text/cloud-config", content: `#cloud-config\n${stringify(own)}` },
  ]
  return `#cloud-config-archive\n${stringify(parts)}`
}

/** Identity of a machine: a new host key means a new machine. */
export function instanceId(hostName: string, keys: FleetKeys): string {
  const publicKey = keys.hosts.get(hostName)?.publicKey ?? ""
  return `${hostName}-${createHash("sha256").update(publicKey).digest("hex").slice(0, 12)}`
}
