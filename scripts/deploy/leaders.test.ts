import { expect, test } from "vitest"
import { Failure } from "../io/failure.ts"
import type { ExecOptions } from "../io/ssh.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { leaderKinds } from "./leaders.ts"

/** Two load balancers, of which the first owns the VIP and the second is ready. */
function fleet(handOver: () => void) {
  const steps: string[] = []
  const exec = async (host: string, command: string, _: ExecOptions) => {
    const handsOver = command.includes("hand-over-vip")
    steps.push(`${handsOver ? "hand over" : "look at"} ${host}`)
    if (handsOver) handOver()
    const stdout = host === "load-balancer-1" ? "vip:\ntrack:0\n" : "track:0\n"
    return { exitCode: 0, stdout, stderr: "" }
  }
  const hosts = [1, 2].map((n) => ({ name: `load-balancer-${n}`, role: "load-balancer" }))
  const connection = {
    fleet: { network: { vip: "198.18.80.100" }, hosts },
    remote: { exec },
  } as unknown as SwarmConnection
  return { steps, connection }
}

test("the VIP's owner hands it over once somebody is seen who can take it", async () => {
  const said: string[] = []
  const { steps, connection } = fleet(() => {})
  expect(await leaderKinds.vip.current(connection)).toBe("load-balancer-1")
  steps.length = 0
  await leaderKinds.vip.prepare(connection, "load-balancer-1", (line) => said.push(line))
  expect(steps).toEqual([
    "look at load-balancer-1",
    "look at load-balancer-2",
    "hand over load-balancer-1",
  ])
  expect(said).toEqual(["load-balancer-1 handed the VIP over"])
})

test("an owner that cannot hand over is changed all the same, and what that costs is said", async () => {
  const said: string[] = []
  const { connection } = fleet(() => {
    throw new Failure("load-balancer-1: nft refused the hold")
  })
  await leaderKinds.vip.prepare(connection, "load-balancer-1", (line) => said.push(line))
  expect(said).toEqual([
    "warning: the VIP will leave load-balancer-1 with its connections open: load-balancer-1: nft refused the hold",
  ])
})
