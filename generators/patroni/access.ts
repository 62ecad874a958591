import { maxAppHosts } from "../app/task-count.ts"
import { hostAddress } from "../core/addressing.ts"
import type { Fleet } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { shopDatabase } from "./roles.ts"

/**
 * pg_hba.conf: who may log in from where, over TLS with SCRAM only. App hosts
 * that a flash sale adds are there from the start, because only they grow. `+` is
 * whoever is a member: the logins of a role.
 */
export function clientAccess(fleet: Fleet): string[] {
  const members = hostsOf(fleet, "database").map((host) => host.privateAddress)
  const apps = Array.from({ length: maxAppHosts(fleet) }, (_, position) =>
    hostAddress(fleet.network.privateSubnet, "app", position + 1),
  )
  const managers = hostsOf(fleet, "manager").map((host) => host.privateAddress)
  return [
    "local all postgres peer",
    ...members.flatMap((address) => [
      allow("replication", "+replicator", address),
      allow("all", "postgres,+rewind", address),
    ]),
    ...apps.map((address) => allow(shopDatabase, "+app_rw,+app_ro,+pgbouncer_auth", address)),
    ...managers.map((address) => allow("all", "+monitor", address)),
  ]
}

function allow(database: string, users: string, address: string): string {
  return `hostssl ${database} ${users} ${address}/32 scram-sha-256`
}
