import { expect, test } from "vitest"
import { orderPatience } from "../../images/shop/src/postgres-orders.ts"
import { commandMs } from "../../images/shop/src/redis.ts"
import { fleetFixture } from "../core/fleet-fixture.ts"
import { hostsOf } from "../core/roles.ts"
import { app } from "./index.ts"
import { appService, resources } from "./service.ts"
import { maxTasks, maxTasksPerHost, tasksPerHost } from "./task-count.ts"

test.each([
  { hosts: 2, replicas: 2, parallelism: 1, most: 3 },
  { hosts: 10, replicas: 10, parallelism: 1, most: 2 },
  { hosts: 10, replicas: 17, parallelism: 2, most: 3 },
  { hosts: 1, replicas: 2, parallelism: 1, most: 3 },
])("$hosts hosts less one hold $replicas replicas and $parallelism more", (sizes) => {
  const fleet = fleetFixture({ app: sizes.hosts })
  fleet.app.replicas = sizes.replicas
  fleet.app.update.parallelism = sizes.parallelism
  expect(maxTasksPerHost(fleet)).toBe(sizes.most)
  const left = Math.max(sizes.hosts - 1, 1)
  expect(left * maxTasksPerHost(fleet)).toBeGreaterThanOrEqual(sizes.replicas + sizes.parallelism)
})

test.each([
  { hosts: 9, replicas: 18, cpu: 1.87 },
  { hosts: 2, replicas: 4, cpu: 0.75 },
  { hosts: 1, replicas: 2, cpu: 1 },
])("$replicas tasks on $hosts hosts, less one, leave room for those an update starts", (sizes) => {
  const fleet = fleetFixture({ app: sizes.hosts })
  Object.assign(fleet.app, { replicas: sizes.replicas, cpu: sizes.cpu })
  const host = hostsOf(fleet, "app")[0]
  const { reservations, limits } = resources(fleet)
  const fit = Math.min(
    Math.floor((host?.vcpu ?? 0) / Number(reservations.cpus)),
    Math.floor((host?.memoryBytes ?? 0) / Number(reservations.memory)),
  )
  const left = Math.max(sizes.hosts - 1, 1)
  expect(left * fit).toBeGreaterThanOrEqual(sizes.replicas + fleet.app.update.parallelism)
  expect(Number(limits.cpus)).toBe(sizes.cpu)
})

test("an update has time for each task of the largest fleet", () => {
  const fleet = fleetFixture({ app: 9 })
  Object.assign(fleet.app, { replicas: 18, maxAppHosts: 50 })
  const deadline = () => app.contribute(fleet).services?.at(-1)?.rollout.deadlineSeconds
  expect(deadline()).toBe(100 * 12)
  Object.assign(fleet.app.update, { parallelism: 5, delaySeconds: 10 })
  expect(deadline()).toBe(20 * 22)
  fleet.app.update.deadlineSeconds = 900
  expect(deadline()).toBe(900)
})

test("the shop gives an order up, to be tried again, before the load balancer gives the shop up", () => {
  // The cart is read before and emptied after.
  const longestMs = commandMs + orderPatience.deadlineMs + commandMs
  expect(longestMs).toBeLessThan(fleetFixture().edge.timeouts.serverSeconds * 1000)
})

test("the largest flash sale decides how many tasks there may be", () => {
  const fleet = fleetFixture({ app: 10 })
  fleet.app.replicas = 20
  expect([tasksPerHost(fleet), maxTasks(fleet)]).toEqual([2, 24])
  fleet.flashSales = [
    { name: "a", start: "2026-12-12T19:00", durationSeconds: 60, appHosts: 50, prewarmSeconds: 60 },
  ]
  expect(maxTasks(fleet)).toBe(100)
})

test("what the fleet promises the image wins over the spec's own environment", () => {
  const fleet = fleetFixture()
  fleet.app.environment = { PORT: "80", LOG_LEVEL: "debug" }
  expect(appService(fleet).environment).toEqual({
    LOG_LEVEL: "debug",
    PORT: "3000",
    HEALTH_PATH: "/healthz",
    DRAIN_SECONDS: "8",
  })
})

test("a new task serves before the old one stops, and a bad version goes back", () => {
  const { update_config, rollback_config } = appService(fleetFixture()).deploy
  expect(update_config).toMatchObject({ order: "start-first", failure_action: "rollback" })
  expect(rollback_config).toMatchObject({ order: "start-first", failure_action: "pause" })
})

test("secrets are mounted under their logical names", () => {
  const fleet = fleetFixture()
  expect(appService(fleet)).not.toHaveProperty("secrets")
  fleet.app.secrets = ["session_key", "api_key"]
  expect(appService(fleet).secrets?.map((secret) => secret.target)).toEqual([
    "api_key",
    "session_key",
  ])
})
