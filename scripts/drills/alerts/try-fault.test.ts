import { expect, test } from "vitest"
import { nowMs } from "../../io/clock.ts"
import type { FiringAlert, MonitoringAccess } from "../../monitoring/access.ts"
import type { DrillContext } from "../drill.ts"
import type { Fault } from "./fault.ts"
import type { Trial } from "./trial.ts"
import { tryFault } from "./try-fault.ts"

const rules = ["NodeDown", "LoadBalancerDown"].map(
  (alert) => [alert, { alert, expression: "up == 0", severity: "", forSeconds: 0 }] as const,
)

/** Prometheus fires at once and stops at once; Alertmanager holds back the second alert. */
function trial(said: string[]): Trial {
  const suppressed = { name: "LoadBalancerDown", suppressed: true } as FiringAlert
  return {
    context: {
      report: (line) => void said.push(line),
    } as Partial<DrillContext> as DrillContext,
    look: async (alerts) => alerts.map((alert) => ({ ...looked, alert })),
    monitoring: {
      firing: async () => [suppressed],
    } as Partial<MonitoringAccess> as MonitoringAccess,
    watch: {
      spans: () =>
        rules.map(([alert]) => ({ alert, state: "firing", from: nowMs() / 1000 + 1, to: 0 })),
      blindSeconds: () => 0,
      stop: async () => undefined,
    },
    by: {
      pace: { scrapeSeconds: 15, scrapeTimeoutSeconds: 10, evaluationSeconds: 15 },
      rules: new Map(rules),
    },
  }
}

const looked = { command: "uptime", exitCode: 0, ran: true, note: "" }

const fault = (events: string[], problem?: string): Fault => ({
  name: "host-lost",
  summary: "a host is lost",
  touches: ["edge"],
  must: [{ alert: "NodeDown" }, { alert: "LoadBalancerDown", heldBackBy: "NodeDown" }],
  break: async ({ undo }) => {
    undo(async () => events.push("first repair"))
    undo(async () => {
      events.push("second repair")
      if (problem === "repair") throw new Error("Docker is gone")
    })
    if (problem === "break") throw new Error("no such host")
    events.push("broken")
    return { holdsAfterSeconds: 3 }
  },
})

test("what was broken is repaired, the newest step first", async () => {
  const events: string[] = []
  const tried = await tryFault(trial([]), fault(events))
  expect(events).toEqual(["broken", "second repair", "first repair"])
  expect(tried).toMatchObject({
    error: null,
    heldBack: ["LoadBalancerDown"],
    holdsAfterSeconds: 3,
    commands: [{ ...looked, alert: "NodeDown" }],
  })
})

test("a break that fails is repaired as far as it came, and said", async () => {
  const [events, said]: [string[], string[]] = [[], []]
  const tried = await tryFault(trial(said), fault(events, "break"))
  expect(events).toEqual(["second repair", "first repair"])
  expect(tried.error).toBe("no such host")
  expect(said).toContain("host-lost: no such host")
})

test("a repair that fails keeps no other from being done, and ends the drill", async () => {
  const events: string[] = []
  await expect(tryFault(trial([]), fault(events, "repair"))).rejects.toThrow(
    "what was broken is not repaired: Docker is gone",
  )
  expect(events.at(-1)).toBe("first repair")
})
