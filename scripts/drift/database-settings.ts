import { type FleetFile, hostsOf } from "../deploy/fleet-file.ts"
import { type SwarmService, stackName } from "../deploy/swarm-types.ts"
import type { Remote } from "../io/ssh.ts"
import type { Difference } from "./difference.ts"
import type { Live } from "./live.ts"
import { type Json, list, record } from "./stack-value.ts"

/** Delivers the settings to Patroni (images/postgres/deliver-patroni). */
export const settingsService = `${stackName}_patroni-config`

const target = "/config/dynamic.json"
/** `comment` is the file's own, `pause` an operator's maintenance. */
const notSettings = ["comment", "pause"]

/**
 * The settings the database's members agree on, from Patroni's REST API;
 * undefined when no member answers, which is not drift's to judge.
 */
export async function readDatabaseSettings(
  fleet: FleetFile,
  remote: Remote,
  services: SwarmService[],
): Promise<Json | undefined> {
  if (!services.some(({ Spec }) => Spec.Name === settingsService)) return undefined
  for (const { name, privateAddress } of hostsOf(fleet, "database")) {
    const member = `${stackName}_patroni-${name.split("-").at(-1)}`
    const command = `docker exec $(docker ps --quiet --filter label=com.docker.swarm.service.name=${member} | head -n 1) curl --silent --fail --max-time 5 --config /run/patroni/curl.conf https://${privateAddress}:8008/config`
    const options = { allowFailure: true, timeoutSeconds: 15 }
    const { exitCode, stdout } = await remote.exec(name, command, options)
    if (exitCode === 0) return record(JSON.parse(stdout))
  }
  return undefined
}

/** Settings that are not as the live config service delivered them. */
export function settingDifferences(live: Live): Difference[] {
  const wanted = deliveredSettings(live)
  if (wanted === undefined || live.databaseSettings === undefined) return []
  const left = flat(wanted)
  const right = flat(live.databaseSettings)
  const fields = [...new Set([...left.keys(), ...right.keys()])].sort()
  return fields
    .filter((field) => left.get(field) !== right.get(field))
    .map((field) => ({
      kind: "drift",
      object: "setting",
      name: "database",
      field,
      wanted: left.get(field) ?? null,
      live: right.get(field) ?? null,
    }))
}

function deliveredSettings({ services, allConfigs }: Live): Json | undefined {
  const service = services.find((one) => one.Spec.Name === settingsService)
  const spec = record(service?.Spec.TaskTemplate.ContainerSpec)
  const mount = list(spec.Configs)
    .map(record)
    .find((one) => record(one.File).Name === target)
  const config = allConfigs.find((one) => one.Spec.Name === mount?.ConfigName)
  if (config?.Spec.Data === undefined) return undefined
  return record(JSON.parse(Buffer.from(config.Spec.Data, "base64").toString()))
}

/** Leaves by their path, e.g. `postgresql.parameters.work_mem`. */
function flat(settings: Json): Map<string, string> {
  const leaves = new Map<string, string>()
  const add = (path: string, value: unknown) => {
    if (typeof value !== "object" || value === null) leaves.set(path, JSON.stringify(value))
    else for (const [key, inner] of Object.entries(value)) add(`${path}.${key}`, inner)
  }
  for (const [key, value] of Object.entries(settings)) {
    if (!notSettings.includes(key)) add(key, value)
  }
  return leaves
}
