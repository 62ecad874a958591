import { type FleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import { run } from "../io/command.ts"
import { Failure } from "../io/failure.ts"
import type { DrillContext } from "./drill.ts"
import { inHost } from "./fleet-access.ts"

/** What one container uses, as `docker stats` accounts it: without the files that the kernel may drop. */
export interface ContainerMemory {
  name: string
  gibibytes: number
}

const stats = ["docker", "stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}"]

/** Memory of all containers of an environment's box, in GiB. */
export async function boxMemoryGibibytes(environment: FleetFile["environment"]): Promise<number> {
  const filter = `label=com.docker.compose.project=quickcart-${environment}`
  const ids = (await run(["docker", "ps", "--quiet", "--filter", filter])).stdout.split("\n")
  const { stdout } = await run([...stats, ...ids.filter(Boolean)])
  return totalGibibytes(containersMemory(stdout))
}

/** Memory of every service's containers, in GiB, over all hosts, by the service's name. */
export async function servicesMemory(context: DrillContext): Promise<Record<string, number>> {
  const printed = await Promise.all(
    swarmHosts(context.fleet).map(async ({ name }) => {
      const result = await inHost(context, name, stats)
      if (result.exitCode !== 0) throw new Failure(`${name}: ${result.stderr.trim()}`)
      return result.stdout
    }),
  )
  return byService(containersMemory(printed.join("\n")))
}

/** Reads `<name> <used> / <limit>` lines, as `docker stats` prints them. Throws on what is no size. */
export function containersMemory(printed: string): ContainerMemory[] {
  return printed
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [, name = "", amount, unit = ""] = /^(\S+) ([\d.]+)(\w+)/.exec(line) ?? []
      const gibibytes = Number(amount) * (units[unit] ?? Number.NaN)
      if (Number.isNaN(gibibytes)) throw new Failure(`docker stats printed no size: ${line}`)
      return { name, gibibytes }
    })
}

const units: Record<string, number> = { B: 2 ** -30, KiB: 2 ** -20, MiB: 2 ** -10, GiB: 1 }

/** Adds up the containers of each service: those of a task are called `<service>.<slot>.<id>`. */
export function byService(containers: ContainerMemory[]): Record<string, number> {
  const names = new Set(containers.map(({ name }) => serviceOf(name)))
  return Object.fromEntries(
    [...names].map((service) => [
      service,
      totalGibibytes(containers.filter(({ name }) => serviceOf(name) === service)),
    ]),
  )
}

const serviceOf = (container: string) => container.split(".")[0] ?? container

function totalGibibytes(containers: ContainerMemory[]): number {
  const total = containers.reduce((sum, { gibibytes }) => sum + gibibytes, 0)
  return Number(total.toFixed(3))
}
