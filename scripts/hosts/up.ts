import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type FleetFile, readFleetFile, swarmHosts } from "../deploy/fleet-file.ts"
import { waitFor } from "../io/clock.ts"
import { openProvider } from "../io/providers/index.ts"
import type { Provider } from "../io/providers/provider.ts"
import { openRemote, type Remote } from "../io/ssh.ts"
import { openState, type State } from "../io/state.ts"
import { connectSwarm } from "../io/swarm-connection.ts"
import type { Step } from "../progress.ts"
import { ensureBoxCredentials } from "../secrets/box-credentials.ts"
import { ensureKeys, forgetHostKeys } from "./keys.ts"
import { formSwarm, labelNodes } from "./swarm.ts"
import { instanceId, userData } from "./user-data.ts"

const readyDeadlineSeconds = 240

/** Steps that make every host of the environment exist and belong to one labelled Swarm; idempotent. */
export function upSteps(repository: string, environment: string): Step[] {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const provider = openProvider(fleet, repository, state)
  return [
    { title: "Check this machine", run: () => provider.preflight() },
    { title: "Prepare keys, certificates and passwords", run: () => prepareSecrets(fleet, state) },
    { title: "Prepare networks and registry", run: (report) => provider.prepare(report) },
    {
      title: `Create ${fleet.hosts.length} hosts`,
      run: (report) => createHosts(repository, fleet, state, provider, report),
    },
    {
      title: "Wait for cloud-init on every host",
      run: (report) => awaitHosts(fleet, state, report),
    },
    { title: "Form the Swarm", run: (report) => joinHosts(fleet, state, report) },
  ]
}

/** Steps that remove every host of the environment and all that belongs to them. */
export function downSteps(repository: string, environment: string): Step[] {
  const fleet = readFleetFile(repository, environment)
  const state = openState(repository, environment)
  const provider = openProvider(fleet, repository, state)
  return [
    {
      title: `Remove the hosts, disks and networks of ${environment}`,
      run: async () => {
        await provider.destroyAll()
        forgetHostKeys(state)
      },
    },
  ]
}

async function prepareSecrets(fleet: FleetFile, state: State): Promise<void> {
  await ensureKeys(fleet, state)
  if (fleet.provider.name === "box") await ensureBoxCredentials(state, fleet.credentials)
}

async function createHosts(
  repository: string,
  fleet: FleetFile,
  state: State,
  provider: Provider,
  report: (line: string) => void,
): Promise<void> {
  const existing = await provider.list()
  const running = existing.filter((host) => host.state === "running").length
  report(`${running} of ${fleet.hosts.length} are running`)
  const keys = await ensureKeys(fleet, state)
  const requests = fleet.hosts.map((host) => {
    const file = join(
      repository,
      "stacks",
      fleet.environment,
      "hosts",
      host.role,
      "cloud-init.yaml",
    )
    return {
      host,
      userData: userData(readFileSync(file, "utf8"), host.name, keys),
      instanceId: instanceId(host.name, keys),
    }
  })
  await provider.create(requests)
}

async function awaitHosts(
  fleet: FleetFile,
  state: State,
  report: (line: string) => void,
): Promise<void> {
  const remote = openRemote(fleet, state)
  let ready = 0
  const options = { deadlineSeconds: readyDeadlineSeconds, intervalMs: 1000 }
  const awaitHost = async (name: string) => {
    await waitFor(`${name} to finish cloud-init`, options, () => isReady(remote, name))
    ready += 1
    report(`${ready}/${fleet.hosts.length} ready: ${name}`)
  }
  try {
    const bastions = fleet.hosts.filter((host) => host.role === "bastion")
    for (const { name } of bastions) await awaitHost(name)
    await Promise.all(swarmHosts(fleet).map(({ name }) => awaitHost(name)))
  } finally {
    await remote.close()
  }
}

async function isReady(remote: Remote, host: string): Promise<true | undefined> {
  const result = await remote.exec(host, "cat /run/quickcart/ready")
  return result.exitCode === 0 ? true : undefined
}

async function joinHosts(
  fleet: FleetFile,
  state: State,
  report: (line: string) => void,
): Promise<void> {
  const remote = openRemote(fleet, state)
  try {
    await formSwarm(fleet, remote, report)
  } finally {
    await remote.close()
  }
  const connection = await connectSwarm(fleet, state)
  try {
    await labelNodes(fleet, connection.engine)
  } finally {
    await connection.close()
  }
}
