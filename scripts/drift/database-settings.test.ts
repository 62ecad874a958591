import { expect, test } from "vitest"
import { settingDifferences } from "./database-settings.ts"
import type { Live } from "./live.ts"

const delivered = {
  comment: "generated",
  ttl: 20,
  postgresql: { parameters: { work_mem: "4MB", wal_level: "replica" } },
}

function live(databaseSettings: Record<string, unknown> | undefined): Live {
  const Configs = [{ ConfigName: "patroni_1", File: { Name: "/config/dynamic.json" } }]
  const Data = Buffer.from(JSON.stringify(delivered)).toString("base64")
  return {
    services: [
      { Spec: { Name: "quickcart_patroni-config", TaskTemplate: { ContainerSpec: { Configs } } } },
    ],
    allConfigs: [{ Spec: { Name: "patroni_1", Data } }],
    databaseSettings,
  } as unknown as Live
}

test("settings as delivered are no drift, paused or not, nor is a database that does not answer", () => {
  const { comment: _, ...settings } = delivered
  expect(settingDifferences(live({ ...settings, pause: true }))).toEqual([])
  expect(settingDifferences(live(undefined))).toEqual([])
})

test("a changed, an added and a removed setting are each found by name", () => {
  const changed = { ttl: 30, postgresql: { parameters: { work_mem: "4MB", jit: "off" } } }
  expect(
    settingDifferences(live(changed)).map(({ field, wanted, live: now }) => [field, wanted, now]),
  ).toEqual([
    ["postgresql.parameters.jit", null, '"off"'],
    ["postgresql.parameters.wal_level", '"replica"', null],
    ["ttl", "20", "30"],
  ])
})
