import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { readFleetFile } from "../../deploy/fleet-file.ts"
import { freeze, scaleDown, unpin } from "./break.ts"
import type { FaultContext } from "./fault.ts"

const repository = join(import.meta.dirname, "../../..")
const repairs: (() => Promise<unknown>)[] = []
const on = {
  repository,
  fleet: readFleetFile(repository, "local-data"),
  undo: (repair) => void repairs.push(repair),
} as Partial<FaultContext> as FaultContext

let directory = ""

/** In place of Docker: writes down what changes something, and has one container, of PgBouncer. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quickcart-break-"))
  const docker = join(directory, "docker")
  const script = `#!/bin/sh
case "$*" in
*" docker ps "*=quickcart_pgbouncer) echo 1f2e ;;
*" docker ps "*) ;;
*) echo "$*" >> ${directory}/log ;;
esac
`
  writeFileSync(docker, script)
  chmodSync(docker, 0o700)
  vi.stubEnv("PATH", `${directory}:${process.env.PATH}`)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
  repairs.splice(0)
})

const commands = () =>
  readFileSync(join(directory, "log"), "utf8")
    .trim()
    .replaceAll(/^exec \S*?((?:manager|app)-\d)\S* /gm, "$1 ")
    .split("\n")

test("services come back with as many tasks as the commit wants", async () => {
  await scaleDown(on, { quickcart_app: 2, "quickcart_etcd-2": 0 })
  for (const repair of repairs) await repair()
  expect(commands()).toEqual([
    "manager-1 docker service scale --detach quickcart_app=2 quickcart_etcd-2=0",
    "manager-1 docker service scale --detach quickcart_app=4 quickcart_etcd-2=1",
  ])
})

test("what could not come back is not taken away", async () => {
  await expect(scaleDown(on, { quickcart_ap: 0 })).rejects.toThrow(
    "no stack of local-data has a service quickcart_ap",
  )
})

test("what was frozen goes on", async () => {
  await freeze(on, "app-1", "quickcart_pgbouncer")
  for (const repair of repairs) await repair()
  expect(commands()).toEqual(["app-1 docker pause 1f2e", "app-1 docker unpause 1f2e"])
})

test("hosts get the label back that their services are pinned by", async () => {
  await unpin(on, ["load-balancer-1"], ["quickcart_haproxy-1"])
  for (const repair of repairs) await repair()
  expect(commands()).toEqual([
    "manager-1 docker node update --label-add host=drill load-balancer-1",
    "manager-1 docker node update --label-add host=load-balancer-1 load-balancer-1",
  ])
})
