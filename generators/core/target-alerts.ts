import type { Host } from "./fleet.ts"
import {
  type Alert,
  labelsOf,
  type Scrape,
  type Series,
  type StaticTarget,
  series,
  steady,
  type TaskDiscovery,
} from "./monitoring.ts"
import { kebabRole } from "./roles.ts"

/** How long a target may be silent before an alert: two scrapes, and some more for a restart. */
const silenceSeconds = 60

type Wording = Pick<Alert, "name" | "severity" | "summary" | "description" | "inhibits">

/** A port of a host, with the labels that say which host it is. */
export function hostTarget(host: Host, port: number): StaticTarget {
  return {
    address: `${host.privateAddress}:${port}`,
    labels: { node: host.name, role: kebabRole(host.role) },
  }
}

/** `up` of every target while all is well; a job of tasks has `count` of them. */
export function upSeries(scrape: Scrape, count = 0): Series {
  return Object.fromEntries(
    instancesOf(scrape, count).map((labels) => [series("up", labels), steady(1)]),
  )
}

/** Labels of each instance of a job; those of `count` tasks on made-up addresses. */
export function instancesOf(scrape: Scrape, count = 0): Record<string, string>[] {
  const { targets, job } = scrape
  if (Array.isArray(targets)) return targets.map((target) => labelsOf(scrape, target))
  return Array.from({ length: count }, (_, index) => ({
    job,
    instance: `10.0.0.${index + 1}:${targets.port}`,
  }))
}

/** Fires for each target of the spec that does not answer, by its name. */
export function targetDown(scrape: Scrape & { targets: StaticTarget[] }, wording: Wording): Alert {
  const [first] = Object.keys(upSeries(scrape))
  return {
    ...wording,
    expression: `up{job="${scrape.job}"} == 0`,
    forSeconds: silenceSeconds,
    tests: silenceTests(first === undefined ? [] : [first]),
  }
}

/** Fires while fewer tasks of a service answer than the spec wants: dead ones have no series. */
export function tasksMissing(
  scrape: Scrape & { targets: TaskDiscovery },
  desired: number,
  wording: Wording,
): Alert {
  const all = Object.keys(upSeries(scrape, desired))
  const { fires, silent } = silenceTests(all.slice(0, 1))
  const gone = Object.fromEntries(all.map((each) => [each, null]))
  return {
    ...wording,
    expression: `(count(up{job="${scrape.job}"} == 1) or vector(0)) < ${desired}`,
    forSeconds: silenceSeconds,
    tests: {
      fires:
        wording.severity === "critical"
          ? { when: "all tasks have vanished", series: gone, atMinutes: 10 }
          : fires,
      silent,
    },
  }
}

function silenceTests(lost: string[]): Alert["tests"] {
  const from = (values: string) => Object.fromEntries(lost.map((each) => [each, values]))
  return {
    fires: {
      when: "one does not answer for three minutes",
      series: from("1x9 0x2 1x4000"),
      atMinutes: 12,
    },
    silent: { when: "one has just missed a scrape", series: from("1x9 0x0 1x4000"), atMinutes: 10 },
  }
}
