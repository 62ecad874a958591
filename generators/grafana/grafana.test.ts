import { expect, test } from "vitest"
import { parse } from "yaml"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf, renderFleet } from "../core/render.ts"
import { datasourceUid } from "./datasource.ts"

const image = `grafana/grafana:12.3.1@sha256:${"1".repeat(64)}`

/** What Docker takes for a config at most, and for the name of one. */
const mostConfigBytes = 500_000
const longestName = 64

function shown() {
  const fleet = watchedFixture()
  if (fleet.monitoring !== null) fleet.monitoring.grafana = { image }
  return fleet
}

const service = contributionsOf(shown()).services.find(({ name }) => name === "grafana") ?? fail()
const { definition, configs } = service

test("without an image nothing runs, and the same files are rendered", () => {
  const all = contributionsOf(watchedFixture())
  expect(all.services.filter(({ name }) => name === "grafana")).toEqual([])
  expect(all.credentials.filter(({ name }) => name.startsWith("grafana"))).toEqual([])
  const files = (fleet = shown()) =>
    renderFleet(fleet).filter(({ path }) => path.startsWith("configs/grafana/"))
  expect(files(watchedFixture())).toEqual(files())
})

test("it listens on the private address of Prometheus's host alone", () => {
  expect(definition.image).toBe(image)
  expect(definition.environment?.GF_SERVER_HTTP_ADDR).toBe("10.10.1.3")
  expect(definition.networks).toEqual({ hostnet: null })
  expect(definition.ports).toBeUndefined()
  expect(definition.deploy.placement?.constraints).toContain("node.labels.host == manager-3")
})

test("its password is a file that the fleet makes, which its user's group may read", () => {
  expect(definition.secrets).toEqual([
    { source: "grafana_admin_password", target: "grafana_admin_password", mode: 0o440 },
  ])
  expect(definition.environment?.GF_SECURITY_ADMIN_PASSWORD__FILE).toBe(
    "/run/secrets/grafana_admin_password",
  )
  const passwords = Object.keys(definition.environment ?? {}).filter((key) => /PASSWORD$/.test(key))
  expect(passwords).toEqual([])
  const made = contributionsOf(shown()).credentials.map(({ name }) => name)
  expect(made).toContain("grafana_admin_password")
})

test("nobody enters without it, and nothing is told to the outside", () => {
  expect(definition.environment).toMatchObject({
    GF_AUTH_ANONYMOUS_ENABLED: "false",
    GF_USERS_ALLOW_SIGN_UP: "false",
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
  })
})

test("files win over what people change, and Grafana finds them where they are mounted", () => {
  const { providers } = parse(textOf("grafana_dashboards"))
  expect(providers).toEqual([
    {
      name: "quickcart",
      type: "file",
      disableDeletion: true,
      allowUiUpdates: false,
      options: { path: "/etc/grafana/dashboards", foldersFromFilesStructure: true },
    },
  ])
  const targets = (definition.configs ?? []).map(({ target }) => target)
  expect(targets).toContain(definition.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH)
  expect(targets.filter((target) => !target.startsWith("/etc/grafana/"))).toEqual([])
})

test("it asks the Prometheus beside it, under a uid that never changes", () => {
  const { datasources } = parse(textOf("grafana_datasources"))
  expect(datasources).toMatchObject([
    {
      uid: datasourceUid,
      type: "prometheus",
      url: "http://10.10.1.3:9090",
      jsonData: { timeInterval: "15s" },
    },
  ])
  expect(datasourceUid).toBe("quickcart-prometheus")
})

test("Docker takes every file of it as a config", () => {
  const large = configs.filter(({ text }) => Buffer.byteLength(text) > mostConfigBytes)
  expect(large.map(({ path }) => path)).toEqual([])
  const long = configs.filter(({ key }) => `quickcart_${key}_`.length + 12 > longestName)
  expect(long.map(({ key }) => key)).toEqual([])
})

function textOf(key: string): string {
  return configs.find((config) => config.key === key)?.text ?? fail()
}

function fail(): never {
  throw new Error("the fixture lacks it")
}
