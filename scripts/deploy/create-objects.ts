import { type Engine, EngineFailure } from "../io/engine.ts"
import type { Desired } from "./desired.ts"
import type { DesiredNetwork } from "./networks.ts"
import type { Plan } from "./reconcile.ts"
import { namespaceLabel, stackName } from "./swarm-types.ts"

/** Creates what services of the plan will refer to: configs, secrets and networks, in its order. */
export async function createObjects(plan: Plan, desired: Desired, engine: Engine): Promise<void> {
  for (const operation of plan.operations) {
    if (operation.kind === "create-config") {
      const config = desired.configs.find(({ name }) => name === operation.name)
      await createFile(engine, "configs", operation.name, config?.data)
    }
    if (operation.kind === "create-secret") {
      const secret = desired.secrets.find(({ name }) => name === operation.name)
      await createFile(engine, "secrets", operation.name, secret?.value)
    }
    if (operation.kind === "create-network") await createNetwork(engine, operation.network)
  }
}

/**
 * Takes back the networks that `createObjects` made, after a rollback: left there they
 * would keep their options, which Swarm changes in place for nobody. One that
 * something is attached to stays.
 */
export async function removeNetworks(plan: Plan, engine: Engine): Promise<void> {
  for (const operation of plan.operations) {
    if (operation.kind !== "create-network") continue
    await engine.remove(`/networks/${operation.name}`).catch(() => undefined)
  }
}

/** The name holds the content's hash, so what is there already is what we want. */
async function createFile(
  engine: Engine,
  kind: "configs" | "secrets",
  name: string,
  content: string | undefined,
): Promise<void> {
  if (content === undefined) throw new Error(`nothing to create ${name} from`)
  await create(engine, kind, { Name: name, Data: Buffer.from(content).toString("base64") })
}

async function createNetwork(engine: Engine, network: DesiredNetwork): Promise<void> {
  const { name, driver, options, attachable, internal, subnets } = network
  await create(engine, "networks", {
    Name: name,
    Driver: driver,
    Options: options,
    Attachable: attachable,
    Internal: internal,
    ...(subnets.length === 0 ? {} : { IPAM: { Config: subnets.map((Subnet) => ({ Subnet })) } }),
  })
}

/**
 * Creates by name, with the label by which `docker stack deploy` takes a
 * network for its own and leaves it as it is. That it is there by now is no
 * error: a call that was cut off is sent again.
 */
async function create(
  engine: Engine,
  kind: "configs" | "secrets" | "networks",
  body: { Name: string; [field: string]: unknown },
): Promise<void> {
  try {
    await engine.post(`/${kind}/create`, { ...body, Labels: { [namespaceLabel]: stackName } })
  } catch (error) {
    if (!(error instanceof EngineFailure) || error.status !== 409) throw error
  }
}
