import { readdirSync, readFileSync } from "node:fs"
import { registerHooks } from "node:module"
import { join } from "node:path"
import type { WorkflowTemplate } from "@actions/workflow-parser/model/workflow-template"
import type { MappingToken } from "@actions/workflow-parser/templates/tokens/mapping-token"
import type { TemplateToken } from "@actions/workflow-parser/templates/tokens/template-token"

// GitHub's parser imports its schema without the attribute that Node demands.
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context)
    if (!specifier.endsWith("-v1.0.min.json")) return resolved
    return { ...resolved, importAttributes: { type: "json" } }
  },
})
const { convertWorkflowTemplate, isMapping, isSequence, NoOperationTraceWriter, parseWorkflow } =
  await import("@actions/workflow-parser")

/** A workflow file as GitHub's own parser reads it. */
export interface WorkflowFile {
  name: string
  text: string
  /** What GitHub would show as "invalid workflow file". */
  errors: string[]
  /** Jobs with their conditions, dependencies and step ids. */
  template: WorkflowTemplate
  root: MappingToken
}

/** Reads `.github/workflows/<name>` of a repository. */
export async function readWorkflow(repository: string, name: string): Promise<WorkflowFile> {
  const text = readFileSync(join(repository, ".github", "workflows", name), "utf8")
  return parse(name, text)
}

/** Parses workflow text; broken YAML throws with the parser's messages. */
export async function parse(name: string, text: string): Promise<WorkflowFile> {
  const parsed = parseWorkflow({ name, content: text }, new NoOperationTraceWriter())
  const early = parsed.context.errors.getErrors().map((error) => error.message)
  if (parsed.value === undefined || !isMapping(parsed.value)) throw new Error(early.join("\n"))
  const template = await convertWorkflowTemplate(parsed.context, parsed.value)
  const errors = [
    ...parsed.context.errors.getErrors().map((error) => error.message),
    ...(template.errors ?? []).map((error) => error.Message),
  ]
  return { name, text, errors: [...new Set(errors)], template, root: parsed.value }
}

/** Names of a repository's workflow files. */
export function workflowNames(repository: string): string[] {
  return readdirSync(join(repository, ".github", "workflows")).sort()
}

/** Value of a mapping's key, undefined when it has none. */
export function member(token: TemplateToken | undefined, key: string): TemplateToken | undefined {
  if (token === undefined || !isMapping(token)) return undefined
  for (let index = 0; index < token.count; index += 1) {
    const pair = token.get(index)
    if (pair.key.toString() === key) return pair.value
  }
  return undefined
}

/** Keys of a mapping, in order. */
export function keys(token: TemplateToken | undefined): string[] {
  if (token === undefined || !isMapping(token)) return []
  return Array.from({ length: token.count }, (_, index) => token.get(index).key.toString())
}

/** Items of a sequence. */
export function items(token: TemplateToken | undefined): TemplateToken[] {
  if (token === undefined || !isSequence(token)) return []
  return Array.from({ length: token.count }, (_, index) => token.get(index))
}
