import { expect, test } from "vitest"
import { byService, containersMemory } from "./box-memory.ts"

const printed = [
  "quickcart_patroni-1.1.x7c 256MiB / 381.5MiB",
  "quickcart_app.1.abc 51.2MiB / 244.1MiB",
  "quickcart_app.2.def 1.5GiB / 2GiB",
  "quickcart_haproxy-1.1.q 512KiB / 1GiB",
  "stopped 0B / 0B",
  "",
].join("\n")

test("sizes are read in the unit that docker stats chose", () => {
  expect(containersMemory(printed).map(({ gibibytes }) => gibibytes)).toEqual([
    0.25,
    0.05,
    1.5,
    2 ** -11,
    0,
  ])
  expect(() => containersMemory("quickcart_app.1.abc -- / --")).toThrow("printed no size")
})

test("tasks are added up to their service", () => {
  expect(byService(containersMemory(printed))).toEqual({
    "quickcart_patroni-1": 0.25,
    quickcart_app: 1.55,
    "quickcart_haproxy-1": 0,
    stopped: 0,
  })
})
