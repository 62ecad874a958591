import { swarmHosts } from "../deploy/fleet-file.ts"
import { waitFor } from "../io/clock.ts"
import { run } from "../io/command.ts"
import { Failure } from "../io/failure.ts"
import { container } from "../io/providers/box.ts"
import { boxProject } from "../io/providers/box-compose.ts"
import { type FleetStatus, fleetStatus } from "../status.ts"
import type { DrillContext } from "./drill.ts"

/** Container name of a host, for `docker kill` and `docker exec` on the outer machine. */
export function hostContainer(context: DrillContext, host: string): string {
  return container(boxProject(context.fleet), host)
}

/** Waits until every host, service and the VIP are as they should be. */
export function awaitHealthy(context: DrillContext): Promise<FleetStatus> {
  return waitFor(
    "the fleet to be healthy",
    { deadlineSeconds: 180, intervalMs: 1000 },
    async () => {
      const status = await fleetStatus(context.fleet, context.state)
      if (status.healthy) return status
      const bad = [
        ...status.hosts
          .filter((host) => !["ready", "-"].includes(host.state))
          .map((h) => `${h.name} ${h.state}`),
        ...status.services
          .filter((s) => s.running < s.desired)
          .map((s) => `${s.name} ${s.running}/${s.desired}`),
        ...(status.vipOwner === null ? ["no single VIP owner"] : []),
        ...status.balancersNotReady.map((host) => `${host} cannot take the VIP`),
        ...(status.database?.faults ?? []),
      ]
      throw new Failure(bad.join(", "))
    },
  )
}

const startDeadlineSeconds = 60
const mostStarts = 3

/**
 * Starts a host that was killed and waits until it works again. Docker 26.1's Swarm agent was
 * seen to hang after a power cut, once in 27: the host is then power-cycled again, and the
 * number of starts returned. Throws a Failure after the third.
 */
export async function powerOn(context: DrillContext, host: string): Promise<number> {
  const name = hostContainer(context, host)
  for (let starts = 1; starts <= mostStarts; starts += 1) {
    await run(["docker", "start", name])
    try {
      const options = { deadlineSeconds: startDeadlineSeconds, intervalMs: 1000 }
      await waitFor(`${host} to work again`, options, async () => {
        const status = await fleetStatus(context.fleet, context.state)
        const isReady = status.hosts.find((row) => row.name === host)?.state === "ready"
        return isReady && !status.balancersNotReady.includes(host) ? true : undefined
      })
      return starts
    } catch (error) {
      context.report(
        `start ${starts} of ${host}: ${error instanceof Error ? error.message : error}`,
      )
      await run(["docker", "kill", name], { allowFailure: true })
    }
  }
  throw new Failure(`${host} did not come back after ${mostStarts} starts`)
}

/** The load balancer that holds the VIP, asked on the outer machine without SSH. */
export async function vipOwner(context: DrillContext): Promise<string> {
  const balancers = swarmHosts(context.fleet).filter((host) => host.role === "load-balancer")
  return waitFor("one load balancer to hold the VIP", { deadlineSeconds: 60 }, async () => {
    const owners: string[] = []
    for (const { name } of balancers) {
      const result = await inHost(context, name, [
        "ip",
        "-oneline",
        "address",
        "show",
        "to",
        context.fleet.network.vip,
      ])
      if (result.stdout.trim() !== "") owners.push(name)
    }
    return owners.length === 1 ? owners[0] : undefined
  })
}

/** Runs a command inside a host. */
export function inHost(context: DrillContext, host: string, argv: string[]) {
  return run(["docker", "exec", hostContainer(context, host), ...argv], { allowFailure: true })
}

/**
 * Runs a command in a container of a host, by the container's id there; `input` is its standard
 * input. Without any it gets none at all: an input that ends before `docker exec` has begun to
 * read never ends for what it runs.
 */
export function inContainer(
  context: DrillContext,
  host: string,
  id: string,
  command: string[],
  { input }: { input?: string } = {},
) {
  const exec = ["docker", "exec", ...(input === undefined ? [] : ["--interactive"])]
  return run([...exec, hostContainer(context, host), ...exec, id, ...command], {
    ...(input === undefined ? {} : { input }),
    allowFailure: true,
  })
}

/** Container id of a service's task on a host, as that host's dockerd knows it. */
export async function taskContainer(
  context: DrillContext,
  host: string,
  service: string,
): Promise<string> {
  const filter = `label=com.docker.swarm.service.name=${service}`
  const result = await inHost(context, host, ["docker", "ps", "--quiet", "--filter", filter])
  const id = result.stdout.split("\n")[0] ?? ""
  if (id === "") throw new Failure(`${service} runs no task on ${host}`)
  return id
}
