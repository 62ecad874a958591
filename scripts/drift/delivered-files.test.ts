import { describe, expect, test } from "vitest"
import { isWorthAnotherLook, unjudged } from "./delivered-files.ts"
import { nodeOf, recordedFleet, type Scene } from "./recorded-fixture.ts"

describe("files that could not be compared", () => {
  const found = (change: (scene: Scene) => void) => {
    const scene = recordedFleet()
    change(scene)
    return unjudged(scene.live, scene.fleet)
  }
  test("a healthy fleet has none", () => expect(found(() => undefined)).toEqual([]))
  test("a host whose files cannot be read is named", () => {
    const unread = found((s) => s.live.filesRead.delete("load-balancer-2:/run/haproxy"))
    expect(unread).toEqual([
      {
        host: "load-balancer-2",
        reason: "the files of haproxy could not be read",
        moving: false,
      },
    ])
  })
  test("a task that is being replaced is waited for, a reading repeated once", () => {
    const moving = found((scene) => {
      for (const one of scene.live.tasks) one.Status.State = "starting"
    })
    expect(moving.map(({ host, moving }) => `${host} ${moving}`)).toEqual([
      "load-balancer-1 true",
      "load-balancer-2 true",
      "load-balancer-1 true",
      "load-balancer-2 true",
    ])
    const unread = found((s) => s.live.filesRead.clear())
    expect([1, 2, 9].map((looks) => isWorthAnotherLook(moving, looks))).toEqual([true, true, true])
    expect([1, 2].map((looks) => isWorthAnotherLook(unread, looks))).toEqual([true, false])
    expect(isWorthAnotherLook([], 1)).toBe(false)
  })
  test("a node that is away, drained or of another role is reported as a node", () => {
    const gone = found((s) => {
      s.live.filesRead.clear()
      Object.assign(nodeOf(s, "load-balancer-1").Status, { State: "down" })
      Object.assign(nodeOf(s, "load-balancer-2").Spec, { Availability: "drain" })
    })
    const relabelled = found((s) => {
      s.live.tasks = []
      for (const name of ["load-balancer-1", "load-balancer-2"]) {
        Object.assign(nodeOf(s, name).Spec.Labels ?? {}, { role: "app" })
      }
    })
    expect([gone, relabelled]).toEqual([[], []])
  })
})
