import { matchesGlob } from "node:path"
import type { Job } from "@actions/workflow-parser/model/workflow-template"
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token"
import { type Contexts, resolve, text, type Value } from "./expressions.ts"
import { keys, member, type WorkflowFile } from "./workflow-file.ts"

/** A job of a workflow, in GitHub's model and as it was written. */
export interface WrittenJob {
  id: string
  model: Job
  token: TemplateToken
  needs: string[]
}

/** A workflow's jobs in an order that respects `needs`. */
export function jobsInOrder(workflow: WorkflowFile): WrittenJob[] {
  const written = workflow.template.jobs.map((job) => {
    if (job.type !== "job") throw new Error(`${job.id}: reusable workflows are not supported here`)
    const token = member(member(workflow.root, "jobs"), job.id.value)
    if (token === undefined) throw new Error(`${job.id.value} is not in the file`)
    return { id: job.id.value, model: job, token, needs: (job.needs ?? []).map((n) => n.value) }
  })
  const ordered: WrittenJob[] = []
  while (ordered.length < written.length) {
    const ready = written.filter(
      (job) =>
        !ordered.includes(job) && job.needs.every((need) => ordered.some(({ id }) => id === need)),
    )
    if (ready.length === 0)
      throw new Error(`${workflow.name}: the jobs need each other in a circle`)
    ordered.push(...ready)
  }
  return ordered
}

/** The combinations of a job's matrix; one empty combination without a matrix. */
export function matrixOf(job: WrittenJob, contexts: Contexts): Record<string, Value>[] {
  const matrix = member(member(job.token, "strategy"), "matrix")
  let combinations: Record<string, Value>[] = [{}]
  for (const key of keys(matrix)) {
    if (key === "include" || key === "exclude") throw new Error(`matrix ${key} is not supported`)
    const values = resolve(member(matrix, key), contexts) as Value[]
    combinations = combinations.flatMap((one) => values.map((value) => ({ ...one, [key]: value })))
  }
  return combinations
}

/** Name of the environment whose secrets the job gets. */
export function environmentOf(job: WrittenJob, contexts: Contexts): string | undefined {
  const token = member(job.token, "environment")
  if (token === undefined) return undefined
  const value = resolve(token, contexts)
  return text(
    typeof value === "object" && value !== null && "name" in value ? (value.name ?? "") : value,
  )
}

/**
 * Whether a push that changed these files passes the workflow's `paths`: of the
 * patterns that match a file the last one counts, and one file is enough.
 */
export function passesPaths(workflow: WorkflowFile, files: string[]): boolean {
  const paths = resolve(member(member(member(workflow.root, "on"), "push"), "paths"), {})
  if (!Array.isArray(paths)) return true
  const patterns = paths.map(String)
  return files.some((file) => {
    const last = patterns.findLast((pattern) => matchesGlob(file, pattern.replace(/^!/, "")))
    return last !== undefined && !last.startsWith("!")
  })
}

/** Whether the event starts the workflow, by its `on:` block. */
export function startsOn(workflow: WorkflowFile, event: string, payload: Value): boolean {
  const on = member(workflow.root, "on")
  if (!keys(on).includes(event)) return false
  const filter = resolve(member(on, event), {}) as Record<string, Value> | null
  const data = payload as Record<string, Value>
  if (event === "push" && Array.isArray(filter?.branches)) {
    return filter.branches.includes(String(data.ref).replace("refs/heads/", ""))
  }
  if (event === "workflow_run" && Array.isArray(filter?.workflows)) {
    const run = data.workflow_run as Record<string, Value>
    const types = (filter.types ?? []) as Value[]
    return filter.workflows.includes(run.name ?? "") && types.includes(data.action ?? "")
  }
  return true
}
