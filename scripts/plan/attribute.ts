import { contentName } from "../../generators/core/hash.ts"
import { networkDefinition } from "../../generators/core/networks.ts"
import { contributionsOf } from "../../generators/core/render.ts"
import { resolve } from "../../generators/core/resolve.ts"
import { kebabRole } from "../../generators/core/roles.ts"
import type { ImageLock } from "../../images/names.ts"
import type { EnvironmentSpec } from "../../schema/environment.ts"
import { type ParsedEnvironment, parseEnvironment } from "../../schema/parse.ts"
import { formatPath } from "../../schema/problem.ts"
import { type FieldChange, fieldChanges, withField } from "./field-diff.ts"
import type { Origin } from "./model.ts"

/** Finds the places in the environment's file that change a part of the fleet. */
export interface Attribution {
  /** `unit` is `service <short name>` or `host <name>`; `field` as `formatPath` writes it. */
  originsOf(unit: string, field: string): Origin[]
}

type Units = Map<string, unknown>
type Effects = { origin: Origin; changed: Set<string> }[]

/** Beyond this many edits a plan is a rewrite, and the experiments would take seconds. */
const mostEdits = 40

/**
 * Tells by experiment which edit of the environment changes which part of the
 * fleet: each edit is made alone on the old spec, and taken back alone from the
 * new one, and what the generators then render differently is its effect. Pure;
 * undefined when either text is not a valid spec.
 */
export function attribute(
  beforeText: string,
  afterText: string,
  file: string,
  lock: ImageLock,
): Attribution | undefined {
  const before = parseEnvironment(beforeText, file)
  const after = parseEnvironment(afterText, file)
  if (before.spec === undefined || after.spec === undefined) return undefined
  const edits = fieldChanges(before.spec, after.spec)
  if (edits.length > mostEdits) return undefined
  const render = (spec: EnvironmentSpec) => unitsOf(spec, file, lock)
  const old = render(before.spec)
  const now = render(after.spec)
  const effects: Effects = edits.map((edit) => ({
    origin: originOf(edit, file, before, after),
    changed: new Set([
      ...differences(old, render(withField(before.spec as EnvironmentSpec, edit.path, edit.after))),
      ...differences(now, render(withField(after.spec as EnvironmentSpec, edit.path, edit.before))),
    ]),
  }))
  return {
    originsOf: (unit, field) =>
      effects.filter(({ changed }) => touches(changed, `${unit}:${field}`)).map((e) => e.origin),
  }
}

function originOf(
  edit: FieldChange,
  file: string,
  before: ParsedEnvironment,
  after: ParsedEnvironment,
): Origin {
  const side = edit.after === undefined ? before : after
  return { file, line: side.positionOf(edit.path).line, field: formatPath(edit.path) }
}

/** Every service and host that a spec renders to; undefined for a spec no generator takes. */
function unitsOf(spec: EnvironmentSpec, source: string, lock: ImageLock): Units | undefined {
  try {
    const fleet = resolve(spec, source, lock)
    const units: Units = new Map()
    for (const { name, definition, configs } of contributionsOf(fleet).services) {
      const networks = Object.keys(definition.networks ?? {})
      units.set(`service ${name}`, {
        ...definition,
        configContent: Object.fromEntries(
          configs.map(({ key, text }) => [key, contentName(key, text)]),
        ),
        networkDefinition: Object.fromEntries(
          networks.map((network) => [network, networkDefinition(fleet, network)]),
        ),
      })
    }
    for (const host of fleet.hosts) {
      units.set(`host ${host.name}`, { ...host, role: kebabRole(host.role) })
    }
    return units
  } catch {
    return undefined
  }
}

function differences(a: Units | undefined, b: Units | undefined): string[] {
  if (a === undefined || b === undefined) return []
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((unit) =>
    fieldChanges(a.get(unit), b.get(unit)).map(({ path }) => `${unit}:${formatPath(path)}`),
  )
}

/** Whether a changed part is the wanted one, contains it, or lies in it. */
function touches(changed: Set<string>, wanted: string): boolean {
  const within = (inner: string, outer: string) =>
    inner.startsWith(outer) && (outer.endsWith(":") || /^[.[]/.test(inner.slice(outer.length)))
  for (const one of changed) {
    if (one === wanted || within(one, wanted) || within(wanted, one)) return true
  }
  return false
}
