import { join } from "node:path"
import type { FleetFile } from "../deploy/fleet-file.ts"
import type { Observed } from "../deploy/observe.ts"
import { nowMs } from "../io/clock.ts"
import { readText } from "../io/files.ts"
import { type RemoteBranch, remoteBranch } from "../io/git-tree.ts"
import type { ErrorBudget } from "../monitoring/error-budget.ts"
import type { GuardFacts, GuardHost, RestoreTest } from "./rule.ts"

export interface FactSources {
  repository: string
  tier: string
  commit: string
  hostsBefore: GuardHost[]
  hostsAfter: GuardHost[]
  /** Whether the remote may be asked; offline plans may not. */
  online: boolean
  /** As monitoring says; left out when nobody is to be asked. */
  errorBudget?: ErrorBudget | undefined
}

/** Looks up what the rules judge by besides the Swarm: git's remote, the clock, the reports. */
export async function gatherFacts(sources: FactSources): Promise<GuardFacts> {
  const { repository, online, ...known } = sources
  return {
    ...known,
    errorBudget: sources.errorBudget,
    nowMs: nowMs(),
    branch: online ? await branchOf(repository, known.tier) : undefined,
    restoreTest: readRestoreTest(readText(join(repository, "reports", "restore-test.json"))),
  }
}

/** The facts about a fleet that answers. */
export function liveFacts(
  repository: string,
  fleet: Pick<FleetFile, "tier" | "hosts">,
  commit: string,
  observed: Observed,
  errorBudget?: ErrorBudget,
): Promise<GuardFacts> {
  return gatherFacts({
    repository,
    tier: fleet.tier,
    commit,
    hostsBefore: swarmMembers(observed, fleet.hosts),
    hostsAfter: fleet.hosts,
    online: true,
    errorBudget,
  })
}

/** Nobody pushes what they try on their own machine, so the box is not asked for it. */
async function branchOf(repository: string, tier: string): Promise<RemoteBranch | undefined> {
  if (tier === "development") return undefined
  // Only workflows have a token; nobody else should wait for the client to load.
  if (process.env.GITHUB_TOKEN) {
    const { workflowBranch } = await import("../github/branch.ts")
    const branch = await workflowBranch()
    if (branch !== undefined) return branch
  }
  return remoteBranch(repository, process.env.GITHUB_REF_NAME)
}

/** Hosts that are in the Swarm now; labels name their roles, else the files do. */
function swarmMembers({ nodes }: Observed, wanted: readonly GuardHost[]): GuardHost[] {
  const names = [...new Set(nodes.map((node) => node.Description.Hostname))].sort()
  return names.map((name) => {
    const node = nodes.find((candidate) => candidate.Description.Hostname === name)
    const role = wanted.find((host) => host.name === name)?.role ?? node?.Spec.Labels?.role
    return { name, role: role ?? "unknown" }
  })
}

/** What a report of the drills' format says; an unreadable one is a failed one. */
export function readRestoreTest(text: string | undefined): RestoreTest | undefined {
  if (text === undefined) return undefined
  try {
    const report = JSON.parse(text) as { when?: string; bounds?: { met?: boolean }[] }
    const bounds = report.bounds ?? []
    return {
      finishedAtMs: Date.parse(report.when ?? "") || 0,
      passed: bounds.length > 0 && bounds.every((bound) => bound.met === true),
    }
  } catch {
    return { finishedAtMs: 0, passed: false }
  }
}
