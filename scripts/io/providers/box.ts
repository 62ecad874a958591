import { existsSync, mkdirSync, rmSync, statfsSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import * as compose from "docker-compose"
import type { FleetFile } from "../../deploy/fleet-file.ts"
import { run } from "../command.ts"
import { Failure } from "../failure.ts"
import type { State } from "../state.ts"
import {
  type BoxFiles,
  boxCompose,
  boxPorts,
  boxProject,
  boxProjectPrefix,
  doorConfig,
  type LocalTags,
} from "./box-compose.ts"
import { pushImages } from "./box-registry.ts"
import type { HostRequest, Provider, ProviderHost } from "./provider.ts"

const minimumFreeBytes = 8e9

/** What a shell exits with when there is no such program. */
const noSuchProgram = 127

/** Hosts as containers with their own dockerd, sshd and cloud-init on this machine. */
export function boxProvider(
  fleet: FleetFile,
  repository: string,
  state: State,
  tags: LocalTags,
): Provider {
  const project = boxProject(fleet)
  const files: BoxFiles = {
    seed: (host) => state.path("box", "seed", host),
    registryStorage: join(repository, ".quickcart", "registry"),
    doorConfig: state.path("box", "door.cfg"),
    certificateAuthority: state.path("secrets", "ca.pem"),
  }
  const options = (hosts: HostRequest[]) => ({
    compose: boxCompose(fleet, hosts, files, tags),
    cwd: state.root,
    log: false,
  })
  return {
    preflight: () => preflight(project),
    prepare: async (report) => {
      mkdirSync(files.registryStorage, { recursive: true })
      state.write(doorConfig(fleet), "box", "door.cfg")
      await composed(compose.upMany(["registry"], options([])))
      await pushImages(fleet, report)
    },
    list: () => hostRows(project),
    create: async (requests) => {
      for (const request of requests) writeSeed(state, request)
      state.write(
        JSON.stringify(boxCompose(fleet, requests, files, tags), null, 2),
        "box",
        "compose.json",
      )
      await removeReplaced(project, requests)
      await composed(
        compose.upMany(["door", ...requests.map((r) => r.host.name)], options(requests)),
      )
    },
    destroy: async (names) => {
      for (const name of names) await removeHost(project, name)
    },
    destroyAll: async () => {
      const argv = ["docker", "compose", "--project-name", project, "down", "--volumes"]
      // What it cannot take down, because something is stuck to it, is taken down one by one.
      await run([...argv, "--remove-orphans", "--timeout", "1"], { allowFailure: true })
      await removeLabelled(project)
      rmSync(state.path("box"), { recursive: true, force: true })
    },
  }
}

/** Name of the container that stands for a host. */
export function container(project: string, host: string): string {
  return `${project}-${host}-1`
}

async function composed(result: Promise<compose.IDockerComposeResult>): Promise<void> {
  try {
    await result
  } catch (error) {
    const text = (error as { err?: string }).err ?? (error instanceof Error ? error.message : "")
    throw new Failure(`docker compose failed: ${text.trim().split("\n").slice(-5).join("\n")}`)
  }
}

function writeSeed(state: State, request: HostRequest): void {
  const metaData = `instance-id: ${request.instanceId}\nlocal-hostname: ${request.host.name}\n`
  state.write(request.userData, "box", "seed", request.host.name, "user-data")
  state.write(metaData, "box", "seed", request.host.name, "meta-data")
}

interface HostRow extends ProviderHost {
  /** Instance id the container was made for. */
  instance: string
}

async function hostRows(project: string): Promise<HostRow[]> {
  const columns = ["com.docker.compose.service", "quickcart.instance"].map(
    (l) => `{{.Label "${l}"}}`,
  )
  const result = await run([
    "docker",
    "ps",
    "--all",
    "--filter",
    `label=com.docker.compose.project=${project}`,
    "--filter",
    "label=quickcart.instance",
    "--format",
    `${columns.join(" ")} {{.State}}`,
  ])
  return result.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [name = "", instance = "", status = ""] = line.split(" ")
      return { name, instance, state: status === "running" ? "running" : "stopped" }
    })
}

/** A host whose user-data changed is another machine: its old disk must not be found by the new one. */
async function removeReplaced(project: string, requests: HostRequest[]): Promise<void> {
  const wanted = new Map(requests.map((request) => [request.host.name, request.instanceId]))
  for (const { name, instance } of await hostRows(project)) {
    if (wanted.get(name) !== instance) await removeHost(project, name)
  }
}

async function removeHost(project: string, name: string): Promise<void> {
  await run(["docker", "rm", "--force", "--volumes", container(project, name)])
  await run(["docker", "volume", "rm", "--force", `${project}_${name}-docker`])
}

/** What an interrupted compose run can leave behind without compose knowing it. */
async function removeLabelled(project: string): Promise<void> {
  for (const kind of ["container", "volume", "network"] as const) {
    const ids = await labelled(project, kind)
    if (kind === "network") for (const id of ids) await detachAll(id)
    const force = kind === "network" ? [] : ["--force"]
    if (ids.length > 0) await run(["docker", kind, "rm", ...force, ...ids])
  }
}

async function labelled(project: string, kind: "container" | "volume" | "network") {
  const all = kind === "container" ? ["--all"] : []
  const filter = `label=com.docker.compose.project=${project}`
  const found = await run(["docker", kind, "ls", ...all, "--quiet", "--filter", filter])
  return found.stdout.split("\n").filter(Boolean)
}

/**
 * Takes everything off a network, also endpoints whose container is gone: Docker
 * keeps one now and then, and then refuses to remove the network.
 */
async function detachAll(network: string): Promise<void> {
  const format = "{{range .Containers}}{{.Name}}\n{{end}}"
  const found = await run(["docker", "network", "inspect", "--format", format, network])
  for (const name of found.stdout.split("\n").filter(Boolean)) {
    const argv = ["docker", "network", "disconnect", "--force", network, name]
    await run(argv, { allowFailure: true })
  }
}

async function preflight(project: string): Promise<void> {
  const info = await run(["docker", "info", "--format", "{{.DockerRootDir}}"], {
    allowFailure: true,
  })
  if (info.exitCode === noSuchProgram) {
    throw new Failure('Docker is not installed. Run "sh scripts/setup.sh", which installs it.')
  }
  if (info.exitCode !== 0) {
    throw new Failure(
      `Docker does not answer: ${info.stderr.trim().split("\n")[0]}\nRun "sh scripts/setup.sh", which installs and starts it, or start it yourself.`,
    )
  }
  const version = await run(["docker", "compose", "version", "--short"], { allowFailure: true })
  if (version.exitCode !== 0) {
    throw new Failure(
      `the Docker Compose plugin (v2) is missing. Run "sh scripts/setup.sh", which installs it.`,
    )
  }
  refuseFullDisk(info.stdout.trim(), minimumFreeBytes)
  await refuseOtherBox(project)
  await refuseTakenPorts(project)
}

/** Boxes have the same ports and addresses, so a machine has room for one, be it running or half-made. */
async function refuseOtherBox(project: string): Promise<void> {
  const format = '{{.Label "com.docker.compose.project"}}'
  const networks = await run(["docker", "network", "ls", "--format", format])
  const other = networks.stdout
    .split("\n")
    .find((name) => name.startsWith(boxProjectPrefix) && name !== project)
  if (other === undefined) return
  const environment = other.slice(boxProjectPrefix.length)
  throw new Failure(
    `the box of "${environment}" is on this machine, which has room for one. Take it down first: npx quickcart down ${environment}`,
  )
}

/** Throws a Failure when less than `minimumBytes` are free where Docker keeps its data. */
export function refuseFullDisk(root: string, minimumBytes: number): void {
  if (!existsSync(root)) return
  const disk = statfsSync(root)
  const free = disk.bavail * disk.bsize
  if (free >= minimumBytes) return
  throw new Failure(
    `only ${(free / 1e9).toFixed(1)} GB free under ${root}; the box needs ${(minimumBytes / 1e9).toFixed(1)} GB. Free some space (docker system prune) and try again.`,
  )
}

async function refuseTakenPorts(project: string): Promise<void> {
  const ours = await run([
    "docker",
    "ps",
    "--quiet",
    "--filter",
    `label=com.docker.compose.project=${project}`,
  ])
  if (ours.stdout.trim() !== "") return
  for (const port of Object.values(boxPorts)) {
    if (await answers(port)) {
      throw new Failure(
        `port ${port} on 127.0.0.1 is taken by another program; stop it (see "ss -ltnp") and try again.`,
      )
    }
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port })
    const end = (taken: boolean) => {
      socket.destroy()
      resolve(taken)
    }
    socket.once("connect", () => end(true))
    socket.once("error", () => end(false))
    socket.setTimeout(1000, () => end(false))
  })
}
