import { join } from "node:path"
import { parse } from "yaml"
import { suggestion } from "../../schema/closest.ts"
import { stackName } from "../deploy/swarm-types.ts"
import { Failure } from "../io/failure.ts"
import { list, readParsed } from "../io/files.ts"

/** A service as the stack files name it. */
export interface KnownService {
  /** e.g. `haproxy-1`. */
  name: string
  /** Its Swarm name ends in the hash of its definition. */
  isJob: boolean
}

/** What people look for under another name: PostgreSQL writes through its Patroni. */
const otherNames: Record<string, string> = { postgres: "patroni", postgresql: "patroni" }

/** Every service of `stacks/<env>`, by name. */
export function knownServices(directory: string): KnownService[] {
  return list(directory)
    .filter((name) => name.endsWith(".stack.yaml"))
    .flatMap((name) => {
      const remedy = "Render it again: npx quickcart render"
      const { services } = readParsed(join(directory, name), readStack, remedy)
      return Object.entries(services).map(([service, { deploy }]) => ({
        name: service,
        isJob: deploy?.mode === "replicated-job",
      }))
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * The services that a word means: one by its name, or all members of one
 * (`haproxy` is `haproxy-1`, `haproxy-2`). Throws a Failure that names the
 * nearest when there is none.
 */
export function selectServices(word: string, known: readonly KnownService[]): KnownService[] {
  const short = word.startsWith(`${stackName}_`) ? word.slice(stackName.length + 1) : word
  const name = otherNames[short] ?? short
  const exact = known.filter((service) => service.name === name)
  if (exact.length > 0) return exact
  const members = known.filter((service) => familyOf(service.name) === name)
  if (members.length > 0) return members
  const names = known.map((service) => familyOf(service.name) ?? service.name)
  throw new Failure(`there is no service "${word}": ${suggestion(short, [...new Set(names)])}`)
}

/** Shell pattern of a service's Swarm name. */
export function swarmNamePattern({ name, isJob }: KnownService): string {
  return `${stackName}_${name}${isJob ? "-????????" : ""}`
}

/** `haproxy` of `haproxy-2`; undefined for a service that is no member of several. */
function familyOf(name: string): string | undefined {
  return /^(.+)-\d+$/.exec(name)?.[1]
}

interface Stack {
  services: Record<string, { deploy?: { mode?: string } }>
}

function readStack(text: string): Stack {
  return parse(text, { version: "1.1" }) as Stack
}
