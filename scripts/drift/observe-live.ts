import { type FleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import { observe } from "../deploy/observe.ts"
import type { SwarmNetwork, SwarmObject, SwarmService } from "../deploy/swarm-types.ts"
import type { Engine } from "../io/engine.ts"
import type { Remote } from "../io/ssh.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { readDatabaseSettings } from "./database-settings.ts"
import { type Delivery, deliveries, pathsToRead } from "./delivered-files.ts"
import type { Live, LiveFile } from "./live.ts"
import { list, record } from "./stack-value.ts"

/** Reads all that drift compares, from a manager and from the hosts with delivered files. */
export async function observeLive(connection: SwarmConnection, fleet: FleetFile): Promise<Live> {
  const { engine } = connection
  const [observed, allServices, allConfigs, allNetworks] = await Promise.all([
    observe(engine),
    engine.get<SwarmService[]>("/services"),
    engine.get<SwarmObject[]>("/configs"),
    engine.get<SwarmNetwork[]>("/networks"),
  ])
  const found = deliveries(observed.services, fleet)
  const [networkNames, databaseSettings, reads] = await Promise.all([
    namesOf(engine, allServices, allNetworks, observed.tasks),
    readDatabaseSettings(fleet, connection.remote, observed.services),
    Promise.all(
      swarmHosts(fleet).map(({ name }) =>
        readHost(
          connection.remote,
          name,
          found.filter((delivery) => delivery.hosts.includes(name)),
        ),
      ),
    ),
  ])
  return {
    ...observed,
    allServices,
    allConfigs,
    allNetworks,
    networkNames,
    databaseSettings,
    files: reads.flatMap((read) => read.files),
    filesRead: new Set(reads.flatMap((read) => read.directories)),
  }
}

/** `docker network ls` leaves the predefined networks of the Swarm out; tasks name them. */
async function namesOf(
  engine: Engine,
  services: SwarmService[],
  networks: SwarmNetwork[],
  tasks: unknown[],
): Promise<Map<string, string>> {
  const names = new Map(networks.map((network) => [network.Id, network.Name]))
  for (const task of tasks) {
    for (const attachment of list(record(task).NetworksAttachments)) {
      const network = record(record(attachment).Network)
      names.set(String(network.ID), String(record(network.Spec).Name))
    }
  }
  const used = services.flatMap(({ Spec }) =>
    list(record(Spec.TaskTemplate).Networks).map((network) => String(record(network).Target)),
  )
  await Promise.all(
    [...new Set(used)]
      .filter((id) => !names.has(id))
      .map(async (id) => {
        const network = await engine
          .get<SwarmNetwork>(`/networks/${id}?scope=swarm`)
          .catch(() => undefined)
        if (network !== undefined) names.set(id, network.Name)
      }),
  )
  return names
}

interface HostRead {
  files: LiveFile[]
  directories: string[]
}

async function readHost(remote: Remote, host: string, found: Delivery[]): Promise<HostRead> {
  if (found.length === 0) return { files: [], directories: [] }
  const script = found.map((delivery) => readScript(delivery, host)).join("\n")
  const options = { allowFailure: true, timeoutSeconds: 20 }
  return parseHostRead(host, (await remote.exec(host, script, options)).stdout)
}

/**
 * Shell that prints the sums of a component's delivered files, and `read
 * <directory>` when it could. The shared volume is read on the host itself,
 * which is cheaper than entering a container; it is a tmpfs that is mounted as
 * long as a container uses it.
 */
export function readScript(delivery: Delivery, host: string): string {
  const { directory, volume } = delivery
  const onHost = `/var/lib/docker/volumes/${volume}/_data`
  const paths = pathsToRead(delivery, host).map((path) => path.replace(directory, "."))
  const sums = `cd ${onHost} && mountpoint -q . && { sha256sum ${paths.join(" ")} 2>/dev/null; echo read ${directory}; }`
  return `sudo -n sh -c '${sums}' | sed 's|  \\./|  ${directory}/|'`
}

/** The sums that `readScript` printed. */
export function parseHostRead(host: string, output: string): HostRead {
  const read: HostRead = { files: [], directories: [] }
  for (const line of output.split("\n")) {
    const file = /^([0-9a-f]{64}) {2}(\/.+)$/.exec(line)
    if (file !== null) read.files.push({ host, sha256: file[1] ?? "", path: file[2] ?? "" })
    const directory = /^read (\/.+)$/.exec(line)?.[1]
    if (directory !== undefined) read.directories.push(`${host}:${directory}`)
  }
  return read
}
