import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type ImageName, imageNames } from "../../images/names.ts"
import { swarmHosts } from "../../scripts/deploy/fleet-file.ts"
import type { DrillContext } from "../../scripts/drills/drill.ts"
import { inHost } from "../../scripts/drills/fleet-access.ts"
import { localTag } from "../../scripts/images.ts"
import { type CommandResult, run } from "../../scripts/io/command.ts"
import { listFiles, readText } from "../../scripts/io/files.ts"
import { boxProject } from "../../scripts/io/providers/box-compose.ts"
import type { Evidence } from "../../scripts/secrets/needles.ts"

const processes = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"
const filesIn = (folders: string) =>
  `find ${folders} -xdev -type f -size -2M -exec cat {} + 2>/dev/null`

/** What one manager knows of the whole Swarm. */
const ofSwarm = {
  services: "docker service inspect $(docker service ls --quiet)",
  configs: "docker config inspect $(docker config ls --quiet)",
  secrets: "docker secret inspect $(docker secret ls --quiet)",
  nodes: "docker node inspect $(docker node ls --quiet)",
  tasks: "docker inspect $(docker service ps --quiet $(docker service ls --quiet))",
}

/** What a host with Docker holds; only some run something, and what runs need not log. */
const ofDocker = {
  containers: 'ids=$(docker ps --all --quiet); [ -z "$ids" ] || docker inspect $ids',
  logs: "for id in $(docker ps --all --quiet); do docker logs $id || exit 1; done 2>&1",
  images: 'ids=$(docker images --quiet | sort -u); [ -z "$ids" ] || docker image inspect $ids',
  history:
    "for id in $(docker images --quiet | sort -u); do docker history --no-trunc $id || exit 1; done",
}

/** What every host holds, the bastion too. */
const ofHost = {
  cloud: "cat /var/lib/cloud/seed/nocloud/* /var/lib/cloud/instance/*.txt 2>/dev/null || :",
  processes,
}

/**
 * What the hosts, their Docker and the machine around them show. Throws when a
 * command that must show something fails or shows nothing: a search through
 * nothing finds nothing.
 */
export async function gatherFleet(context: DrillContext): Promise<Evidence> {
  const evidence: Evidence = new Map()
  const swarm = swarmHosts(context.fleet).map(({ name }) => name)
  const ask = async (host: string, what: string, command: string, must: "show" | "end" | "try") => {
    const argv = ["sh", "-c", command]
    evidence.set(`${what} of ${host}`, await shown(() => inHost(context, host, argv), what, must))
  }
  for (const [what, command] of Object.entries(ofSwarm))
    await ask("manager-1", what, command, "show")
  await Promise.all(
    context.fleet.hosts.map(async ({ name, role }) => {
      for (const [what, command] of Object.entries(ofHost)) await ask(name, what, command, "show")
      await ask(name, "etc", filesIn("/etc"), "try")
      // A log may be moved away between being found and being read.
      await ask(name, "files", filesIn("/tmp /var/log /home /root"), "try")
      if (!swarm.includes(name)) return
      for (const [what, command] of Object.entries(ofDocker)) {
        const shows = role === "load-balancer" && what !== "logs"
        await ask(name, what, command, shows ? "show" : "end")
      }
    }),
  )
  for (const [place, text] of await gatherOutside(context)) evidence.set(place, text)
  return evidence
}

/** Logs and settings of the box's own containers: its door, its registry, and its hosts. */
async function gatherOutside({ fleet }: DrillContext): Promise<Evidence> {
  const label = `label=com.docker.compose.project=${boxProject(fleet)}`
  const format = "{{.ID}} {{.Names}}"
  const list = await run(["docker", "ps", "--all", "--filter", label, "--format", format])
  const containers = list.stdout.trim().split("\n")
  const evidence: Evidence = new Map()
  for (const [id = "", name = ""] of containers.map((line) => line.split(" "))) {
    for (const verb of ["logs", "inspect"]) {
      const must = /-(door|registry)-/.test(name) && verb === "logs" ? "end" : "show"
      const place = `${verb} of the container ${name}`
      evidence.set(place, await shown(() => quietly("docker", verb, id), place, must))
    }
  }
  const names = [...evidence.keys()].join()
  for (const own of ["door", "registry"]) {
    if (!names.includes(`-${own}-`)) throw new Error(`the box's ${own} was not looked at`)
  }
  return evidence
}

const quietly = (...argv: string[]) => run(argv, { allowFailure: true })

/** What a command showed. `show`: it must succeed and show something; `end`: succeed; `try`: show. */
async function shown(
  command: () => Promise<CommandResult>,
  what: string,
  must: "show" | "end" | "try",
): Promise<string> {
  let last = ""
  // Once more: what was listed may be gone when it is looked at.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { exitCode, stdout, stderr } = await command()
    const text = `${stdout}${stderr}`
    const ended = must === "try" || exitCode === 0
    const isEnough = must === "end" || text.trim() !== ""
    if (ended && isEnough) return text
    last = `exit ${exitCode}, ${text.length} characters`
  }
  throw new Error(`could not gather ${what}: ${last}`)
}

/** Something that every image holds, by which a search shows that it reads what is inside. */
const inEveryImage = "PRETTY_NAME="

/** Images that the box runs: its hosts, its registry, and what its stack files name. */
export function imagesOfBox(repository: string, environment: string): ImageName[] {
  const directory = join(repository, "stacks", environment)
  const stacks = listFiles(directory).filter((path) => path.endsWith(".stack.yaml"))
  const text = stacks.map((path) => readText(join(directory, path)) ?? "").join("\n")
  return imageNames.filter(
    (name) => name === "host" || name === "registry" || text.includes(`/${name}:`),
  )
}

/**
 * Which of `wanted` are in the bytes of these images' layers, all of them saved
 * at once so that shared layers are read once. What is searched for goes to
 * grep by standard input, never by argument.
 */
export async function foundInImages(
  wanted: string[],
  names: readonly ImageName[],
): Promise<string[]> {
  const script =
    'set -o pipefail; exec 3<&0; docker save "$@" </dev/null | tar -xO | LC_ALL=C grep -aoF -f <(cat <&3) | sort -u'
  const tags = names.map(localTag)
  const { stdout } = await run(["bash", "-c", script, "bash", ...tags], {
    input: [...wanted, inEveryImage].join("\n"),
  })
  const found = stdout.split("\n").filter((line) => line !== "")
  if (!found.includes(inEveryImage)) throw new Error("the search saw no file of any image")
  return found.filter((line) => line !== inEveryImage)
}

const roundMs = 100

/** A process that runs in every box, by which a list shows that it sees those of the hosts. */
export const inEveryBox = "run-keepalived"

/**
 * Command lines of every process, until stopped. The hosts are containers on
 * this machine, so its own /proc shows theirs as well; entering each of them
 * to look would starve the fleet that is being watched.
 */
export function watchProcesses(): { stop(): string } {
  const seen = new Set<string>()
  const look = () => {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", "\n"))
      } catch {
        // It ended between the listing and the look.
      }
    }
  }
  look()
  const timer = setInterval(look, roundMs)
  return {
    stop: () => {
      clearInterval(timer)
      return [...seen].join("\n")
    },
  }
}
