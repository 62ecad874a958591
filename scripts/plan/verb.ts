import { join } from "node:path"
import type { ImageLock } from "../../images/names.ts"
import { wanted } from "../deploy/apply.ts"
import type { Desired } from "../deploy/desired.ts"
import { readFleetFile } from "../deploy/fleet-file.ts"
import { type Observed, observe } from "../deploy/observe.ts"
import { reconcile } from "../deploy/reconcile.ts"
import { gatherFacts } from "../guard/facts.ts"
import { checkGuard, guardWarnings } from "../guard/index.ts"
import { nowMs } from "../io/clock.ts"
import { Failure } from "../io/failure.ts"
import { readText } from "../io/files.ts"
import { headCommit } from "../io/git.ts"
import { resolveCommit } from "../io/git-tree.ts"
import { requireDeployKey } from "../io/ssh.ts"
import { openState } from "../io/state.ts"
import { connectSwarm } from "../io/swarm-connection.ts"
import { type MonitoringAccess, openMonitoring } from "../monitoring/access.ts"
import { errorBudget } from "../monitoring/error-budget.ts"
import { assumeLive } from "./assumed.ts"
import { type Attribution, attribute } from "./attribute.ts"
import { findLiveBase, formerHosts, snapshotOf } from "./base.ts"
import { buildPlan } from "./build.ts"
import { planMarkdown } from "./format-markdown.ts"
import { ansi, plain, planText } from "./format-text.ts"
import { liveHosts } from "./hosts.ts"
import type { FleetPlan, PlanHost } from "./model.ts"
import { readSnapshot, type Snapshot } from "./snapshot.ts"

export interface PlanOptions {
  /** Compare with a commit instead of the live Swarm: no credentials, no network. */
  offline: boolean
  /** The commit that offline plans compare with. */
  base: string | undefined
  format: PlanFormat
}

export const planFormats = ["text", "markdown", "json"] as const
export type PlanFormat = (typeof planFormats)[number]

/**
 * The `plan` verb: prints the plan and returns the exit code, 0 when there is
 * nothing to do and 2 when there is. Throws a Failure when it cannot tell.
 */
export async function planVerb(
  repository: string,
  environment: string,
  options: PlanOptions,
): Promise<number> {
  const { offline, base, format } = options
  if (!planFormats.includes(format)) {
    throw new Failure(`--format ${format} is not known; use ${planFormats.join(", ")}.`)
  }
  if (offline !== (base !== undefined)) {
    throw new Failure("--offline and --base <commit> belong together, e.g. --offline --base main.")
  }
  const plan = await (base === undefined
    ? livePlan(repository, environment)
    : offlinePlan(repository, environment, base))
  process.stdout.write(formatPlan(plan, format, process.stdout.isTTY === true))
  return plan.operations.length === 0 ? 0 : 2
}

/** The plan as text of the given format; colour only where a person watches. */
export function formatPlan(plan: FleetPlan, format: PlanFormat, terminal: boolean): string {
  if (format === "json") return `${JSON.stringify(plan, null, 2)}\n`
  if (format === "markdown") return planMarkdown(plan)
  const colored = terminal && (process.env.NO_COLOR ?? "") === ""
  return planText(plan, colored ? ansi : plain)
}

/** What the working tree would change after the files of another commit. */
export async function offlinePlan(
  repository: string,
  environment: string,
  reference: string,
): Promise<FleetPlan> {
  const commit = await resolveCommit(repository, reference)
  const target = readTarget(repository, environment)
  const base = await snapshotOf(repository, environment, commit)
  const assumed = base?.desired ?? { services: [], configs: [], secrets: [] }
  const observed = assumeLive(assumed)
  const plan = reconcile(target.desired, observed)
  const hostsBefore = base?.fleet.hosts ?? []
  const facts = await gatherFacts({
    repository,
    tier: target.fleet.tier,
    commit,
    hostsBefore,
    hostsAfter: target.fleet.hosts,
    online: false,
  })
  return buildPlan({
    environment,
    from: `${reference} (${commit.slice(0, 12)})`,
    to: "the working tree",
    plan,
    base,
    target,
    observed,
    hostsBefore,
    attribution: attributionOf(repository, environment, base, target),
    refusals: checkGuard({ plan, desired: target.desired, observed, facts }),
    notes: [
      "Compared with a commit, not with the live Swarm: what apply finds may differ, and new secret values do not show.",
      "Old generations of configs and secrets that apply would prune are not known offline.",
    ],
  })
}

/** What apply would do to the live Swarm now. Reads only. */
async function livePlan(repository: string, environment: string): Promise<FleetPlan> {
  // Without the key nothing else that is missing matters.
  requireDeployKey(readFleetFile(repository, environment), openState(repository, environment))
  const { fleet, state, desired } = wanted(repository, environment)
  const connection = await connectSwarm(fleet, state)
  try {
    const observed = await observe(connection.engine)
    const monitoring = openMonitoring(fleet, connection.remote)
    return await planAgainst(repository, environment, { desired, observed, monitoring })
  } finally {
    await connection.close()
  }
}

/** What is wanted, with real secret names, and what was found live. */
export interface Found {
  desired: Desired
  observed: Observed
  /** Asked when there is a change; null in a fleet without, undefined to ask nobody. */
  monitoring?: MonitoringAccess | null
}

/** The plan for a Swarm that was read; looks up in git which commit is live. */
export async function planAgainst(
  repository: string,
  environment: string,
  { desired, observed, monitoring }: Found,
): Promise<FleetPlan> {
  const commit = await headCommit(repository)
  const plan = reconcile(desired, observed)
  const target = { ...readTarget(repository, environment), desired }
  // Only a change needs explaining, and a plan without one should be quick.
  const changes = plan.operations.some((operation) => "service" in operation)
  const found = changes ? await findLiveBase(repository, environment, observed) : undefined
  const base = changes ? found?.snapshot : target
  const hostsAfter = target.fleet.hosts
  const hostsBefore = await hostsNow(repository, environment, observed, base, hostsAfter)
  const facts = await gatherFacts({
    repository,
    tier: target.fleet.tier,
    commit,
    hostsBefore,
    hostsAfter,
    online: true,
    errorBudget:
      monitoring === undefined || plan.operations.length === 0
        ? undefined
        : await errorBudget(monitoring, nowMs()),
  })
  const input = { plan, desired, observed, facts }
  const empty = observed.services.length === 0
  return buildPlan({
    environment,
    from: found === undefined ? "the live Swarm" : `the live Swarm (${found.commit.slice(0, 12)})`,
    to: commit.slice(0, 12),
    plan,
    base,
    target,
    observed,
    hostsBefore,
    attribution: attributionOf(repository, environment, base, target),
    refusals: checkGuard(input),
    notes: [
      ...(changes && found === undefined && !empty
        ? ["None of the last commits made what is live, so causes name no line."]
        : []),
      ...guardWarnings(input),
    ],
  })
}

/** The hosts of the Swarm, described by the live commit, by this one, or by the last that had them. */
async function hostsNow(
  repository: string,
  environment: string,
  { nodes }: Observed,
  base: Snapshot | undefined,
  hostsAfter: PlanHost[],
): Promise<PlanHost[]> {
  const known = base?.fleet.hosts ?? hostsAfter
  const names = new Set([...known, ...hostsAfter].map(({ name }) => name))
  const former = nodes.map((node) => node.Description.Hostname).filter((name) => !names.has(name))
  const described = await formerHosts(repository, environment, former)
  return liveHosts(nodes, [...known, ...described], hostsAfter)
}

function readTarget(repository: string, environment: string): Snapshot {
  const target = readSnapshot(repository, environment)
  if (target !== undefined) return target
  throw new Failure(
    `there is no environment "${environment}" under stacks/. Write environments/${environment}.yaml and run: npx quickcart render ${environment}`,
  )
}

function attributionOf(
  repository: string,
  environment: string,
  base: Snapshot | undefined,
  target: Snapshot,
): Attribution | undefined {
  const lock = readText(join(repository, "images", "lock.json"))
  if (base?.specText === undefined || target.specText === undefined || lock === undefined) {
    return undefined
  }
  if (base === target || base.specText === "") return undefined
  const file = `environments/${environment}.yaml`
  return attribute(base.specText, target.specText, file, JSON.parse(lock) as ImageLock)
}
