import { expect, test } from "vitest"
import type { CommandResult } from "../io/command.ts"
import type { Engine } from "../io/engine.ts"
import type { ExecOptions, Remote } from "../io/ssh.ts"
import type { DesiredService } from "./desired.ts"
import { send } from "./send.ts"
import { specHashLabel } from "./swarm-types.ts"

const service = (name: string) =>
  ({
    name,
    specHash: `hash-${name}`,
    stack: { services: { [name]: { deploy: {} } } },
  }) as never as DesiredService
const failed = (result: Partial<CommandResult>) => ({
  exitCode: 1,
  stdout: "",
  stderr: "",
  ...result,
})

const quietly = { labels: {}, registry: undefined, report: () => {} }

/** A manager whose answers to `docker stack deploy` are given; each lets some services arrive. */
function manager(answers: { result: CommandResult; arrive: string[] }[]) {
  const live = new Set<string>()
  const steps: string[] = []
  const engine = {
    get: async (path: string) =>
      path.startsWith("/services")
        ? [...live].map((name) => ({
            Spec: { Name: name, Labels: { [specHashLabel]: `hash-${name}` } },
          }))
        : [],
  } as unknown as Engine
  const exec = async (_: string, command: string, options?: ExecOptions) => {
    if (!command.includes("docker stack deploy")) {
      steps.push("wait")
      return failed({ exitCode: 0 })
    }
    steps.push(`send ${Object.keys(JSON.parse(String(options?.input)).services)}`)
    const answer = answers.shift()
    for (const name of answer?.arrive ?? []) live.add(name)
    return answer?.result ?? failed({ exitCode: 0 })
  }
  const remote = { exec } as unknown as Remote
  return { steps, connection: { manager: () => "manager-1", engine, remote } }
}

test.each([
  ["the network cut it", failed({ exitCode: 255, stderr: "Broken pipe" })],
  ["somebody killed ssh", failed({ exitCode: 128, killed: true })],
])(
  "a lost connection sends what did not arrive once the first command has ended: %s",
  async (_, result) => {
    const { steps, connection } = manager([{ result, arrive: ["a"] }])
    await send([service("a"), service("b")], connection, quietly)
    expect(steps).toEqual(["send a,b", "wait", "send b"])
  },
)

test("what arrived before the connection was lost is not sent twice", async () => {
  const { steps, connection } = manager([{ result: failed({ exitCode: 255 }), arrive: ["a"] }])
  await send([service("a")], connection, quietly)
  expect(steps).toEqual(["send a", "wait"])
})

test("a refusal is Docker's own word and is not repeated", async () => {
  const { steps, connection } = manager([
    { result: failed({ stderr: "services.a must be a mapping" }), arrive: [] },
  ])
  await expect(send([service("a")], connection, quietly)).rejects.toThrow(
    "Docker refused the stack file: services.a must be a mapping",
  )
  expect(steps).toEqual(["send a"])
})

test("a connection that is lost again and again is named, with what to do", async () => {
  const lost = { result: failed({ exitCode: 255, stderr: "Broken pipe" }), arrive: [] }
  const { connection } = manager([lost, lost, lost])
  await expect(send([service("a")], connection, quietly)).rejects.toThrow(
    /was lost 3 times while deploying, last that to manager-1 \(Broken pipe\).*apply again/,
  )
  const { connection: third } = manager([lost, lost, { ...lost, arrive: ["a"] }])
  await send([service("a")], third, quietly)
})
