import { expect, test } from "vitest"
import type { FleetFile } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import type { ExecOptions, Remote } from "../io/ssh.ts"
import { deploymentMetric, markDeployment } from "./deployment.ts"

const deployment = {
  environment: "shop",
  commit: "c0ffee",
  atMs: Date.parse("2026-06-10T12:00:00.600Z"),
}
const fleet = {
  images: { prometheus: "registry/prometheus:1" },
  hosts: ["manager-1", "manager-3"].map((name) => ({ name, role: "manager" })),
} as unknown as FleetFile

/** Marks the deployment through a host that answers, or fails, as given. */
async function marked(of: FleetFile, fails?: Error) {
  const commands: { host: string; command: string; input: ExecOptions["input"] }[] = []
  const said: string[] = []
  const remote = {
    exec: async (host: string, command: string, options: ExecOptions) => {
      commands.push({ host, command, input: options.input })
      if (fails !== undefined) throw fails
    },
  } as unknown as Remote
  await markDeployment(of, remote, deployment, (line) => said.push(line))
  return { commands, said }
}

test("the series has the environment, the commit and the second", () => {
  expect(deploymentMetric(deployment).split("\n").slice(1)).toEqual([
    "# TYPE quickcart_deployment_timestamp_seconds gauge",
    'quickcart_deployment_timestamp_seconds{commit="c0ffee",environment="shop"} 1781092801',
    "",
  ])
})

test("the exporter beside Prometheus gets it, whole or not at all", async () => {
  const { commands, said } = await marked(fleet)
  expect(said).toEqual([])
  expect(commands).toHaveLength(1)
  expect(commands[0]).toMatchObject({ host: "manager-3", input: deploymentMetric(deployment) })
  expect(commands[0]?.command).toMatch(
    /quickcart_node-exporter .* sh -c 'cat > (\S+)\/\.deployment && mv \1\/\.deployment \1\/deployment\.prom'$/,
  )
})

test("without monitoring there is nobody to show it", async () => {
  expect((await marked({ ...fleet, images: {} })).commands).toEqual([])
})

test("a deployment that cannot be marked is done all the same", async () => {
  const { said } = await marked(fleet, new Failure("manager-3: no such container"))
  expect(said).toEqual([
    "warning: dashboards will not show this deployment: manager-3: no such container",
  ])
})
