import { expect, test } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { CommandResult } from "../io/command.ts"
import type { Remote } from "../io/ssh.ts"
import { openMonitoring } from "./access.ts"

const fleet = {
  images: { prometheus: "registry/prometheus:1" },
  hosts: ["manager-1", "manager-3"].map((name, index) => ({
    name,
    role: "manager",
    privateAddress: `10.0.0.${index + 1}`,
  })),
} as unknown as FleetFile

/** Answers every command in the same way, and keeps what it was told. */
function host(result: Partial<CommandResult>) {
  const asked: { host: string; input: string }[] = []
  const remote = {
    exec: async (name: string, _: string, options: { input: string }) => {
      asked.push({ host: name, input: options.input })
      return { exitCode: 0, stdout: "", stderr: "", ...result }
    },
  } as unknown as Remote
  return { asked, access: openMonitoring(fleet, remote) ?? expect.fail("no monitoring") }
}

test("a fleet whose files run no Prometheus has no monitoring", () => {
  expect(openMonitoring({ ...fleet, images: {} }, host({}).asked as never)).toBeNull()
})

test("the host that runs it is asked, for an instant vector", async () => {
  const result = [{ metric: { slo: "a" }, value: [0, "0.5"] }]
  const { asked, access } = host({
    stdout: JSON.stringify({ status: "success", data: { result } }),
  })
  expect(await access.query('up{job="x"}')).toEqual([{ labels: { slo: "a" }, value: 0.5 }])
  expect(asked[0]?.host).toBe("manager-3")
  expect(asked[0]?.input).toContain('url = "http://10.0.0.2:9090/api/v1/query"')
})

test("Alertmanager is asked for what fires, with nothing to post", async () => {
  const labels = { alertname: "Watchdog", severity: "info" }
  const alert = { labels, annotations: {}, startsAt: "a", status: { state: "active" } }
  const { asked, access } = host({ stdout: JSON.stringify([alert]) })
  expect(await access.firing()).toEqual([
    { name: "Watchdog", labels, summary: "", startsAt: "a", suppressed: false },
  ])
  expect(asked[0]?.input).toContain('url = "http://10.0.0.2:9093/api/v2/alerts"')
  expect(asked[0]?.input).not.toContain("json")
})

test("a silence goes to Alertmanager, which says its id, and is ended by it", async () => {
  const { asked, access } = host({ stdout: '{"silenceID":"f00"}' })
  const silence = { matchers: [], startsAt: "a", endsAt: "b", createdBy: 'Ada "A"', comment: "c" }
  expect(await access.silence(silence)).toBe("f00")
  expect(asked[0]?.input).toContain('url = "http://10.0.0.2:9093/api/v2/silences"')
  expect(asked[0]?.input).toContain(String.raw`\"createdBy\":\"Ada \\\"A\\\"\"`)
  await access.expireSilence("f00")
  expect(asked[1]?.input.split("\n")).toEqual(
    expect.arrayContaining([
      'url = "http://10.0.0.2:9093/api/v2/silence/f00"',
      'request = "DELETE"',
    ]),
  )
})

test.each<[string, Partial<CommandResult>, string]>([
  [
    "does not answer",
    { exitCode: 7, stderr: "curl: (7) refused\n" },
    "Prometheus on manager-3 does not answer: curl: (7) refused",
  ],
  ["starts", { stdout: "Service Unavailable" }, "Prometheus is not ready: Service Unavailable"],
  ["says nothing", { stdout: "" }, "Prometheus is not ready: it answers nothing"],
  [
    "refuses",
    { stdout: '{"status":"error","error":"bad"}' },
    "Prometheus refuses query query=up: bad",
  ],
])("a Prometheus that %s is explained", async (_, result, message) => {
  await expect(host(result).access.query("up")).rejects.toThrow(message)
})
