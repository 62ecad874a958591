import Table from "cli-table3"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import { openRemote } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { openDatabase } from "./access.ts"
import { type Cluster, clusterFaults } from "./cluster.ts"
import { switchover } from "./switchover.ts"

export interface DatabaseOptions {
  candidate?: string
  json?: boolean
}

/** The verb `db <action> <env>`; returns the exit code. */
export async function databaseVerb(
  repository: string,
  action: string,
  environment: string,
  options: DatabaseOptions,
): Promise<number> {
  if (action !== "status" && action !== "switchover") {
    throw new Failure(`db knows status and switchover, not "${action}".`)
  }
  const fleet = readFleetFile(repository, environment)
  const remote = openRemote(fleet, openState(repository, environment))
  const print = (value: unknown, text: string) =>
    process.stdout.write(`${options.json === true ? JSON.stringify(value) : text}\n`)
  try {
    const database = openDatabase(fleet, remote)
    if (action === "status") {
      const cluster = await database.cluster()
      const faults = clusterFaults(cluster, database.members)
      print({ ...cluster, faults }, clusterText(cluster, faults))
      return faults.length === 0 ? 0 : 1
    }
    const done = await switchover(database, options.candidate, (line) =>
      process.stderr.write(`  ${line}\n`),
    )
    print(done, `${done.from} -> ${done.to}: queries waited ${done.stallSeconds.toFixed(1)} s`)
    return 0
  } finally {
    await remote.close()
  }
}

/** The cluster as a person reads it. */
export function clusterText({ members }: Cluster, faults: string[]): string {
  const style = { head: [], border: [], compact: true }
  const table = new Table({
    head: ["member", "role", "state", "address", "timeline", "bytes behind"],
    style,
  })
  for (const { name, role, state, host, timeline, lagBytes } of members) {
    const lag = role === "leader" ? "-" : (lagBytes ?? "unknown")
    table.push([name, role, state, host, timeline ?? "-", lag])
  }
  return [table.toString(), ...faults.map((fault) => `FAULT: ${fault}`)].join("\n")
}
