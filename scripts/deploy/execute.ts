import { setTimeout as delay } from "node:timers/promises"
import { nowMs } from "../io/clock.ts"
import type { Engine } from "../io/engine.ts"
import { filters } from "../io/engine.ts"
import { Failure } from "../io/failure.ts"
import type { SwarmConnection } from "../io/swarm-connection.ts"
import { type Convergence, convergence } from "./converge.ts"
import { type Desired, type DesiredService, mergeStacks } from "./desired.ts"
import { describeFailure } from "./explain.ts"
import { leaderKinds } from "./leaders.ts"
import { observe } from "./observe.ts"
import type { Operation, Plan } from "./reconcile.ts"
import { type Batch, rollSequence } from "./roll-sequence.ts"
import { rollBack, type Undo } from "./rollback.ts"
import { namespaceLabel, type SwarmTask, stackName } from "./swarm-types.ts"

type ServiceOperation = Extract<Operation, { service: DesiredService }>

/** Told about each step, for progress lines. */
export type Report = (line: string) => void

const pollMs = 500
/** New services have no update status that says Swarm watched them, so we watch. */
const stableSeconds = 2

/**
 * Carries out a plan in its order and makes no decisions of its own. When a
 * wave does not converge, everything this run changed is put back in reverse
 * order and a Failure explains what happened.
 */
export async function execute(
  plan: Plan,
  desired: Desired,
  connection: SwarmConnection,
  report: Report,
): Promise<void> {
  const { engine } = connection
  for (const operation of plan.operations) {
    if (operation.kind === "create-config") await createConfig(engine, desired, operation.name)
    if (operation.kind === "create-secret") await createSecret(engine, desired, operation.name)
  }
  const undo: Undo[] = []
  try {
    for (const wave of waves(plan)) {
      for (const batch of rollSequence(wave, await leadingHosts(wave, connection))) {
        await prepareLeader(batch, connection, report)
        undo.push(...batch.operations.map(undoOf))
        await deployBatch(batch.operations, connection, report)
      }
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    report(`failed: ${reason.split("\n")[0]}`)
    const outcome = await rollBack(engine, undo.toReversed(), report)
    throw new Failure(`${reason}\n${outcome}`)
  }
  await tidy(plan, engine, report)
}

/** A job cannot be undone; without it, the next apply runs it again. */
function undoOf(operation: ServiceOperation): Undo {
  const { name, isJob } = operation.service
  if (operation.kind === "create-service" || isJob) return { kind: "remove", name }
  return { kind: "restore", name, id: operation.live.ID, spec: operation.live.Spec }
}

async function leadingHosts(
  wave: ServiceOperation[],
  connection: SwarmConnection,
): Promise<Map<string, string | undefined>> {
  const kinds = [...new Set(wave.flatMap(({ service }) => service.leader ?? []))]
  const hosts = kinds.map(
    async (kind) => [kind, await leaderKinds[kind].current(connection)] as const,
  )
  return new Map(await Promise.all(hosts))
}

/** Only a service that is replaced takes the lead from its host. */
async function prepareLeader(
  { operations, leading }: Batch<ServiceOperation>,
  connection: SwarmConnection,
  report: Report,
): Promise<void> {
  const [operation] = operations
  const leader = operation?.service.leader
  if (leading === undefined || leader === undefined || operation?.kind !== "update-service") return
  report(`${operation.service.name}: its host ${leading} leads, so it comes last`)
  await leaderKinds[leader].prepare(connection, leading)
}

function waves(plan: Plan): ServiceOperation[][] {
  const services = plan.operations.filter(
    (operation): operation is ServiceOperation => "service" in operation,
  )
  const byWave = Map.groupBy(services, (operation) => operation.service.wave)
  return [...byWave.entries()].sort(([a], [b]) => a - b).map(([, operations]) => operations)
}

async function deployBatch(
  batch: ServiceOperation[],
  connection: SwarmConnection,
  report: Report,
): Promise<void> {
  const services = batch.map((operation) => operation.service)
  const stack = JSON.stringify(mergeStacks(services))
  for (const { service, cause } of batch) report(`${service.name}: ${cause}`)
  const result = await connection.remote.exec(
    connection.manager,
    `env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp docker stack deploy --compose-file - --resolve-image always --detach=true ${stackName}`,
    { input: stack, allowFailure: true, timeoutSeconds: 120 },
  )
  if (result.exitCode !== 0) {
    throw new Failure(`Docker refused the stack file: ${result.stderr.trim()}`)
  }
  await Promise.all(services.map((service) => awaitService(connection.engine, service, report)))
}

async function awaitService(
  engine: Engine,
  service: DesiredService,
  report: Report,
): Promise<void> {
  const start = nowMs()
  let convergedSince: number | undefined
  let last = ""
  for (;;) {
    const { verdict, settled } = await look(engine, service)
    if (verdict.state === "failed") {
      throw new Failure(await describeFailure(engine, service.name, verdict.detail))
    }
    if (verdict.state === "converged") {
      convergedSince ??= nowMs()
      if (settled || nowMs() - convergedSince >= stableSeconds * 1000) {
        report(
          `${service.name}: ${verdict.detail} after ${((nowMs() - start) / 1000).toFixed(1)} s`,
        )
        return
      }
    } else {
      convergedSince = undefined
    }
    if (verdict.detail !== last) report(`${service.name}: ${verdict.detail}`)
    last = verdict.detail
    if (nowMs() - start > service.deadlineSeconds * 1000) {
      const detail = `not converged after its deadline of ${service.deadlineSeconds} s (${verdict.detail})`
      throw new Failure(await describeFailure(engine, service.name, detail))
    }
    await delay(pollMs)
  }
}

async function look(
  engine: Engine,
  service: DesiredService,
): Promise<{ verdict: Convergence; settled: boolean }> {
  const observed = await observe(engine)
  const live = observed.services.find((candidate) => candidate.Spec.Name === service.name)
  const query = filters({ service: [live?.ID ?? ""], "_up-to-date": ["true"] })
  const upToDate = live === undefined ? [] : await engine.get<SwarmTask[]>(`/tasks?${query}`)
  const tasks = observed.tasks.filter((task) => task.ServiceID === live?.ID)
  const ids = new Set(upToDate.map((task) => task.ID))
  return {
    verdict: convergence(service, live, tasks, ids, observed.nodes),
    settled: service.isJob || live?.UpdateStatus?.State === "completed",
  }
}

async function createConfig(engine: Engine, desired: Desired, name: string): Promise<void> {
  const config = desired.configs.find((candidate) => candidate.name === name)
  await engine.post("/configs/create", {
    Name: name,
    Labels: { [namespaceLabel]: stackName },
    Data: Buffer.from(config?.data ?? "").toString("base64"),
  })
}

async function createSecret(engine: Engine, desired: Desired, name: string): Promise<void> {
  const secret = desired.secrets.find((candidate) => candidate.name === name)
  await engine.post("/secrets/create", {
    Name: name,
    Labels: { [namespaceLabel]: stackName },
    Data: Buffer.from(secret?.value ?? "").toString("base64"),
  })
}

/** Removal comes last, when everything that stays has converged. */
async function tidy(plan: Plan, engine: Engine, report: Report): Promise<void> {
  const paths = {
    "remove-service": "services",
    "prune-config": "configs",
    "prune-secret": "secrets",
  }
  for (const operation of plan.operations) {
    if (!("id" in operation)) continue
    report(`${operation.kind} ${operation.name}`)
    await engine.remove(`/${paths[operation.kind]}/${operation.id}`)
  }
}
