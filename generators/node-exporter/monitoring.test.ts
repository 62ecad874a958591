import { expect, test } from "vitest"
import { watchedFixture } from "../core/fleet-fixture.ts"
import type { StaticTarget } from "../core/monitoring.ts"
import { contributionsOf } from "../core/render.ts"
import { hostJobs, pinnedHosts } from "./monitoring.ts"

const fleet = watchedFixture()
const own = contributionsOf(fleet)
  .monitored.flatMap(({ monitored }) => monitored.scrapes)
  .filter(({ job }) => hostJobs.includes(job))
  .flatMap(({ targets }) => targets as StaticTarget[])

test("something beside the node exporter answers for every host, and from that host", () => {
  const named = new Set(own.map(({ labels }) => labels.node))
  const pinned = pinnedHosts(fleet)
  expect(pinned.filter(({ name }) => !named.has(name))).toEqual([])
  const address = new Map(pinned.map(({ name, privateAddress }) => [name, privateAddress]))
  const elsewhere = own.filter(
    (target) =>
      target.probes !== undefined ||
      target.address.split(":")[0] !== address.get(target.labels.node ?? ""),
  )
  expect(elsewhere).toEqual([])
})
