import { cpSync, existsSync, mkdirSync, statSync } from "node:fs"
import { basename, join } from "node:path"
import { git } from "./git.ts"
import { allows, type Permissions } from "./permissions.ts"

/** What an action may see of the job that uses it. */
export interface ActionCall {
  inputs: Record<string, string>
  workspace: string
  origin: string
  sha: string
  ref: string
  runId: string
  /** Permissions of a token, undefined for a token nobody issued. */
  permissionsOf(token: string): Permissions | undefined
  /** Folder that holds every run's artifacts. */
  artifacts: string
}

const actions: Record<string, (call: ActionCall) => void> = {
  "actions/checkout": checkout,
  "actions/setup-node": () => undefined,
  "actions/upload-artifact": upload,
  "actions/download-artifact": download,
}

/** Stands in for an action of GitHub's; one that is not known fails the job's test. */
export function useAction(reference: string, call: ActionCall): void {
  const name = reference.split("@")[0] ?? reference
  const action = actions[name]
  if (action === undefined) throw new Error(`this test knows no action ${name}`)
  action(call)
}

/** As deep as the real one fetches: a step that needs history fails here too without it. */
function checkout({ inputs, workspace, origin, sha, ref }: ActionCall): void {
  const depth = inputs["fetch-depth"] ?? "1"
  const wanted = inputs.ref ?? sha
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
  const tracked = branch === undefined ? wanted : `+${wanted}:refs/remotes/origin/${branch}`
  const what =
    depth === "0" ? ["+refs/heads/*:refs/remotes/origin/*", wanted] : [`--depth=${depth}`, tracked]
  git(workspace, ["init", "--quiet", "--initial-branch", "main"])
  git(workspace, ["remote", "add", "origin", `file://${origin}`])
  git(workspace, ["fetch", "--quiet", "--no-tags", "origin", ...what])
  git(workspace, ["checkout", "--quiet", "--detach", wanted])
}

function upload({ inputs, workspace, artifacts, runId }: ActionCall): void {
  const source = join(workspace, inputs.path ?? "")
  if (!existsSync(source)) {
    if (inputs["if-no-files-found"] === "ignore") return
    throw new Error(`there is nothing at ${inputs.path}`)
  }
  const target = join(artifacts, runId, inputs.name ?? "artifact")
  mkdirSync(target, { recursive: true })
  const single = statSync(source).isFile() ? join(target, basename(source)) : target
  cpSync(source, single, { recursive: true })
}

function download({ inputs, workspace, artifacts, runId, permissionsOf }: ActionCall): void {
  const other = inputs["run-id"]
  if (other !== undefined && other !== runId) {
    const permissions = permissionsOf(inputs["github-token"] ?? "")
    if (permissions === undefined || !allows(permissions, "actions/download-artifact")) {
      throw new Error("another run's artifact needs a token with actions: read")
    }
  }
  const source = join(artifacts, other ?? runId, inputs.name ?? "artifact")
  if (!existsSync(source)) throw new Error(`Artifact not found: ${inputs.name}`)
  cpSync(source, join(workspace, inputs.path ?? "."), { recursive: true })
}
