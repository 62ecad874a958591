import { components } from "../index.ts"
import { canonicalJson } from "./canonical.ts"
import type { Component, Contribution, Contributions, RenderedFile } from "./component.ts"
import type { Fleet } from "./fleet.ts"
import { fleetFile } from "./fleet-file.ts"
import { sha256 } from "./hash.ts"
import { stackFiles } from "./stack.ts"

/** Name of the list of all other files of an environment. */
export const manifestPath = "manifest.json"

/** What all components together add to the fleet, in the order of the list. */
export function contributionsOf(
  fleet: Fleet,
  list: readonly Component[] = components,
): Contributions {
  const own = list.map(({ name, contribute }) => ({ name, part: contribute(fleet) }))
  const all = sum(fleet, own)
  const folded = list.flatMap(({ name, fold }) =>
    fold === undefined ? [] : [{ name, part: fold(fleet, all) }],
  )
  return sum(fleet, [...own, ...folded])
}

function sum(fleet: Fleet, parts: { name: string; part: Contribution }[]): Contributions {
  return {
    services: parts.flatMap(({ part }) => part.services),
    flows: parts.flatMap(({ part }) => part.flows),
    files: parts.flatMap(({ part }) => part.files),
    checks: parts.flatMap(({ part }) => part.checks),
    credentials: parts.flatMap(({ part }) => part.credentials),
    monitored:
      fleet.monitoring === null
        ? []
        : parts.flatMap(({ name, part: { monitored } }) =>
            monitored === undefined ? [] : [{ component: name, monitored }],
          ),
  }
}

/**
 * Every file of `stacks/<env>/`, sorted by path. Pure: equal fleets give equal
 * bytes. Throws when two components claim one path, service or config key.
 */
export function renderFleet(fleet: Fleet, list: readonly Component[] = components): RenderedFile[] {
  const all = contributionsOf(fleet, list)
  refuseDuplicates(
    "service",
    all.services.map((service) => service.name),
  )
  const configs = all.services.flatMap((service) => service.configs)
  refuseDuplicates(
    "config key",
    configs.map((config) => config.key),
  )
  const files = [
    ...stackFiles(fleet, all),
    ...configs.map(({ path, text }) => ({ path, text })),
    ...all.files,
    ...list.flatMap((component) => component.render?.(fleet, all) ?? []),
    fleetFile(fleet, all),
  ].sort(byPath)
  refuseDuplicates(
    "file",
    files.map((file) => file.path),
  )
  return [...files, manifest(fleet, files)].sort(byPath)
}

function manifest(fleet: Fleet, files: RenderedFile[]): RenderedFile {
  return {
    path: manifestPath,
    text: canonicalJson({
      comment: `generated from ${fleet.source} by npx quickcart render, do not edit`,
      environment: fleet.environment,
      source: fleet.source,
      files: Object.fromEntries(files.map((file) => [file.path, sha256(file.text)])),
    }),
  }
}

function refuseDuplicates(kind: string, names: string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new Error(`two components render the ${kind} "${name}"`)
    seen.add(name)
  }
}

function byPath(a: RenderedFile, b: RenderedFile): number {
  return a.path < b.path ? -1 : 1
}
