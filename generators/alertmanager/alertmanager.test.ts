import { expect, test } from "vitest"
import { parse } from "yaml"
import { secretsOf } from "../core/credentials.ts"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { alertmanagerConfig } from "./config.ts"
import { inhibitRules } from "./inhibition.ts"
import { receivers } from "./receivers.ts"

const fleet = watchedFixture()
const quiet = fleet.monitoring ?? fail()
const loud = {
  ...quiet,
  notify: {
    email: { to: "a@b.c", from: "d@b.c", smarthost: "mail:587", username: "d" },
    slackChannel: "#ops",
    pagerDuty: true,
    heartbeat: true,
  },
}

test("addresses and keys come from secret files only, and each is mounted", () => {
  const text = JSON.stringify(receivers(loud))
  expect(text).not.toMatch(/"(api_url|routing_key|service_key|auth_password|url)":/)
  const files = [...text.matchAll(/_file":"\/run\/alertmanager\/secrets\/(\w+)"/g)].map(
    ([, name]) => name,
  )
  const told = { ...watchedFixture(), monitoring: loud }
  const mounted = secretsOf(told, contributionsOf(told)).filter((name) =>
    /^alertmanager_/.test(name),
  )
  expect([...new Set(files)].sort()).toEqual(mounted)
  expect(mounted).toHaveLength(4)
})

test("only a page goes to PagerDuty; nobody to tell is no error", () => {
  const byName = Object.fromEntries(receivers(loud).map((each) => [each.name, Object.keys(each)]))
  expect(byName.page).toEqual(["name", "email_configs", "slack_configs", "pagerduty_configs"])
  expect(byName.ticket).toEqual(["name", "email_configs", "slack_configs"])
  expect(receivers(quiet).map((each) => Object.keys(each))).toEqual(Array(4).fill(["name"]))
})

test("an unknown severity is told like the worst", () => {
  const config = parse(alertmanagerConfig(fleet, quiet, contributionsOf(fleet)))
  expect(config.route.receiver).toBe("page")
})

test("a ticket waits until the page that explains it has fired too", () => {
  const waits = (scrapeIntervalSeconds: number) => {
    const monitoring = { ...quiet, scrapeIntervalSeconds }
    const { route } = parse(alertmanagerConfig(fleet, monitoring, contributionsOf(fleet)))
    const ticket = route.routes.find(({ receiver }: { receiver: string }) => receiver === "ticket")
    return [route.group_wait, ticket.group_wait]
  }
  expect(waits(15)).toEqual(["10s", "40s"])
  expect(waits(60)).toEqual(["10s", "130s"])
})

test("labels that must be equal have to be there on both sides", () => {
  const alerts = contributionsOf(fleet).monitored.flatMap(({ monitored }) => monitored.alerts)
  const rules = inhibitRules(alerts)
  expect(rules.length).toBeGreaterThan(3)
  for (const { source_matchers, target_matchers, equal } of rules) {
    for (const label of equal.filter((name) => name !== "cluster")) {
      expect(source_matchers).toContain(`${label}=~".+"`)
      expect(target_matchers).toContain(`${label}=~".+"`)
    }
  }
})

function fail(): never {
  throw new Error("the fixture has no monitoring")
}
