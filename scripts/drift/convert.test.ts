import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { listFiles, readText } from "../io/files.ts"
import { convertStack } from "./convert.ts"
import { specFacts } from "./facts.ts"
import { dockerBytes, goNanoseconds } from "./quantities.ts"
import { record } from "./stack-value.ts"

const repository = join(import.meta.dirname, "..", "..")

const minimal = { image: "shop:1", networks: { edge: null }, deploy: { mode: "global" } }
const facts = (definition: object, sections: object = {}) =>
  specFacts(
    convertStack("quickcart", "app", {
      services: { app: { ...minimal, ...definition } },
      networks: { edge: { driver: "overlay" } },
      ...sections,
    }),
    new Map(),
  )

test("every service of every committed stack file can be converted", () => {
  const files = ["stacks", "test/golden"].flatMap((folder) =>
    listFiles(join(repository, folder))
      .filter((path) => path.endsWith(".stack.yaml"))
      .map((path) => join(repository, folder, path)),
  )
  expect(files.length).toBeGreaterThan(3)
  for (const path of files) {
    const file = parse(readText(path) ?? "", { version: "1.1" })
    for (const [name, definition] of Object.entries(record(file.services))) {
      const { "x-quickcart": _, ...rest } = record(definition)
      const spec = convertStack("quickcart", name, { ...file, services: { [name]: rest } })
      expect(spec.Name).toBe(`quickcart_${name}`)
    }
  }
})

test("a key that nobody taught the converter is refused, not overlooked", () => {
  expect(() => facts({ privileged: true })).toThrow('uses the key "privileged"')
  expect(() => facts({ deploy: { resources: { limits: { gpus: 1 } } } })).toThrow('"gpus"')
})

test("dollars that were escaped for Docker's CLI are single again", () => {
  expect(facts({ environment: { A: "$$HOME" } }).get("TaskTemplate.ContainerSpec.Env.A")).toBe(
    "$HOME",
  )
})

test("what Docker fills in: stack labels, aliases, capability names, volume names", () => {
  const found = facts(
    {
      cap_add: ["net_admin"],
      volumes: [{ type: "volume", source: "data", target: "/data" }],
      ulimits: { nofile: 10 },
    },
    { volumes: { data: {} } },
  )
  expect(Object.fromEntries(found)).toMatchObject({
    Mode: "Global",
    "Labels.com.docker.stack.image": "shop:1",
    "TaskTemplate.ContainerSpec.CapabilityAdd": "CAP_NET_ADMIN",
    "TaskTemplate.ContainerSpec.Mounts./data": "volume quickcart_data",
    "TaskTemplate.ContainerSpec.Ulimits.nofile": "10:10",
    "TaskTemplate.Networks.quickcart_edge.Aliases": "app",
    "TaskTemplate.ContainerSpec.StopGracePeriod": "10s",
    "UpdateConfig.FailureAction": "pause",
  })
})

test("durations and sizes as Docker reads them", () => {
  expect(goNanoseconds("1m30s")).toBe(90e9)
  expect(goNanoseconds("500ms")).toBe(5e8)
  expect(() => goNanoseconds("5")).toThrow(RangeError)
  expect(dockerBytes("256000000")).toBe(256_000_000)
  expect(dockerBytes("64m")).toBe(64 * 1024 ** 2)
  expect(dockerBytes("1.5GiB")).toBe(1.5 * 1024 ** 3)
  expect(() => dockerBytes("much")).toThrow(RangeError)
})
