import { join } from "node:path"
import { expect, test } from "vitest"
import { etcdClientPort } from "../../../generators/etcd/ports.ts"
import { patroniPort, postgresPort } from "../../../generators/patroni/ports.ts"
import { clientPorts } from "../../../generators/redis/clusters.ts"
import { readFleetFile } from "../../deploy/fleet-file.ts"
import { issuedInternally } from "../../secrets/authority.ts"
import { tlsDoors } from "./tls-doors.ts"

const portsOf = (secret: string) =>
  tlsDoors.filter((door) => door.secret === secret).map(({ port }) => port)

test("every port at which a member shows its certificate is looked at", () => {
  expect(portsOf("etcd_tls")).toEqual([etcdClientPort])
  expect(portsOf("patroni_tls").sort()).toEqual([patroniPort, postgresPort].sort())
  expect(portsOf("redis_tls").sort()).toEqual([...clientPorts].sort())
})

test("no certificate of the data tier is left out", () => {
  const { credentials } = readFleetFile(join(import.meta.dirname, "..", "..", ".."), "local-data")
  const issued = issuedInternally(credentials).map(({ name }) => name)
  // The object store is the box's stand-in, one host alone.
  expect(issued.filter((name) => portsOf(name).length === 0)).toEqual(["s3_tls"])
})
