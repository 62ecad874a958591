import { posix } from "node:path"
import type { ConfigFile, Contributions, RenderedFile, ServiceEntry } from "./component.ts"
import type { Fleet } from "./fleet.ts"
import { contentName } from "./hash.ts"
import { networkDefinition } from "./networks.ts"
import { escapeDollars, generatedHeader, stringifyYaml } from "./yaml.ts"

/** 3.12 is the first version with `start_interval`; Debian 13's CLI knows it. */
const composeVersion = "3.12"

/** One file for each tier, `<tier>.stack.yaml`, holding all that its services refer to. */
export function stackFiles(fleet: Fleet, all: Contributions): RenderedFile[] {
  const tiers = [...new Set(all.services.map((service) => service.tier))].sort()
  return tiers.map((tier) => ({
    path: `${tier}.stack.yaml`,
    text: stackText(
      fleet,
      all.services.filter((service) => service.tier === tier),
    ),
  }))
}

/** Environment variable from which apply gives a secret's current Swarm name. */
export function secretVariable(secret: string): string {
  return `QUICKCART_SECRET_${secret.toUpperCase()}`
}

function stackText(fleet: Fleet, services: ServiceEntry[]): string {
  const definitions = services.map((service) => service.definition)
  const networks = unique(definitions.flatMap((d) => Object.keys(d.networks ?? {})))
  const volumes = unique(
    definitions.flatMap((d) =>
      (d.volumes ?? []).flatMap((mount) => (mount.type === "volume" ? [mount.source] : [])),
    ),
  )
  const secrets = unique(definitions.flatMap((d) => (d.secrets ?? []).map((s) => s.source)))
  const configs = services.flatMap((service) => service.configs)
  const stack = {
    version: composeVersion,
    services: Object.fromEntries(services.map((service) => serviceEntry(fleet, service))),
    ...section("networks", networks, (name) => networkDefinition(fleet, name)),
    ...section("volumes", volumes, volumeDefinition),
    ...section("secrets", secrets, secretDefinition),
    ...section("configs", unique(configs.map((c) => c.key)), (key) =>
      configDefinition(configs, key),
    ),
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(stack)}`
}

function serviceEntry(fleet: Fleet, service: ServiceEntry): [string, unknown] {
  const { alerts, ...rollout } = service.rollout
  const isWatched = fleet.monitoring !== null && alerts !== undefined && alerts.length > 0
  const deployed = isWatched ? { ...rollout, alerts } : rollout
  return [service.name, escapeDollars({ "x-quickcart": deployed, ...service.definition })]
}

function section(title: string, names: string[], define: (name: string) => unknown) {
  if (names.length === 0) return {}
  return { [title]: Object.fromEntries(names.map((name) => [name, define(name)])) }
}

/** Volumes called `<daemon>-run` are what a daemon shares with its config service: memory only. */
function volumeDefinition(source: string): unknown {
  const name = `quickcart_${source.replaceAll("-", "_")}`
  if (!source.endsWith("-run")) return { name, driver: "local" }
  return {
    name,
    driver: "local",
    driver_opts: { type: "tmpfs", device: "tmpfs", o: "size=16m,mode=0755" },
  }
}

function secretDefinition(secret: string): unknown {
  const variable = secretVariable(secret)
  return { external: true, name: `\${${variable}:?push the secret ${secret} first}` }
}

function configDefinition(configs: ConfigFile[], key: string): unknown {
  const config = configs.find((candidate) => candidate.key === key)
  if (config === undefined) throw new Error(`no config has the key "${key}"`)
  return { name: contentName(key, config.text), file: `./${posix.normalize(config.path)}` }
}

function unique(names: string[]): string[] {
  return [...new Set(names)].sort()
}
