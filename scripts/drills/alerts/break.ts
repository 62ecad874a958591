import { join } from "node:path"
import { parse } from "yaml"
import { hostsOf, swarmHosts } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import { listFiles, readText } from "../../io/files.ts"
import type { DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"
import { type LoadOptions, startLoad } from "../load.ts"
import type { FaultContext } from "./fault.ts"

/** More than the longest stop of a task: a database's, with its last checkpoint. */
const stopSeconds = 150

/** Longer than any alert takes that a load has to fire. */
const longestLoadSeconds = 1200

/** Starts visitors, each with a connection, so that none waits for another's answer; the repair sends them away. */
export async function visitUntilRepaired(
  on: FaultContext,
  visitors: Pick<LoadOptions, "path" | "ratePerSecond" | "timeoutMs">,
): Promise<void> {
  const always = { seconds: longestLoadSeconds, keepAlive: false }
  const load = await startLoad(on.fleet, on.state, { ...visitors, ...always })
  on.undo(() => load.stop())
}

/** Runs fewer tasks of services, by Swarm name, than the commit wants; the repair is the commit's number. */
export async function scaleDown(on: FaultContext, services: Record<string, number>): Promise<void> {
  const names = Object.keys(services)
  const committed = Object.fromEntries(names.map((name) => [name, wanted(on, name)]))
  on.undo(() => scale(on, committed))
  await scale(on, services)
  await Promise.all(names.map((name) => awaitTasks(on, name, services[name] ?? 0)))
}

async function scale(context: DrillContext, services: Record<string, number>): Promise<void> {
  const sizes = Object.entries(services).map(([name, count]) => `${name}=${count}`)
  await onManager(context, ["service", "scale", "--detach", ...sizes])
}

/** What the committed stack files say of a service. */
function wanted({ repository, fleet }: DrillContext, service: string): number {
  const stacks = join(repository, "stacks", fleet.environment)
  for (const file of listFiles(stacks).filter((path) => path.endsWith(".stack.yaml"))) {
    const { services } = parse(readText(join(stacks, file)) ?? "")
    const replicas = services?.[service.slice(stackName.length + 1)]?.deploy?.replicas
    if (replicas !== undefined) return replicas
  }
  throw new Failure(`no stack of ${fleet.environment} has a service ${service} with replicas`)
}

/** Waits until so many containers of a service are left on all hosts together. */
function awaitTasks(context: DrillContext, service: string, count: number): Promise<true> {
  const filter = `label=com.docker.swarm.service.name=${service}`
  return waitFor(`${count} tasks of ${service}`, { deadlineSeconds: stopSeconds }, async () => {
    const answers = await Promise.all(
      swarmHosts(context.fleet).map(({ name }) =>
        inHost(context, name, ["docker", "ps", "--quiet", "--filter", filter]),
      ),
    )
    const running = answers.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean))
    return running.length <= count ? true : undefined
  })
}

/**
 * Takes the label from hosts that their own services are pinned by, so that Swarm stops
 * those services there; what runs everywhere stays.
 */
export async function unpin(
  on: FaultContext,
  hosts: readonly string[],
  services: readonly string[],
): Promise<void> {
  const label = (host: string, value: string) =>
    onManager(on, ["node", "update", "--label-add", `host=${value}`, host])
  on.undo(async () => {
    for (const host of hosts) await label(host, host)
  })
  for (const host of hosts) await label(host, "drill")
  await Promise.all(services.map((service) => awaitTasks(on, service, 0)))
}

/**
 * Freezes a service's task on a host. Docker does not check the health of what it has paused, so
 * Swarm sees it run and starts no other.
 */
export async function freeze(on: FaultContext, host: string, service: string): Promise<void> {
  const id = await taskContainer(on, host, service)
  on.undo(async () => {
    const result = await inHost(on, host, ["docker", "unpause", id])
    if (result.exitCode !== 0 && !result.stderr.includes("is not paused")) {
      throw new Failure(`${host}: ${result.stderr.trim()}`)
    }
  })
  const result = await inHost(on, host, ["docker", "pause", id])
  if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stderr.trim()}`)
}

async function onManager(context: DrillContext, argv: string[]): Promise<void> {
  const [manager] = hostsOf(context.fleet, "manager")
  const result = await inHost(context, manager?.name ?? "", ["docker", ...argv])
  if (result.exitCode !== 0) throw new Failure(`docker ${argv.join(" ")}: ${result.stderr.trim()}`)
}
