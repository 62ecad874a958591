import { spawn } from "node:child_process"

/** Runs a script as GitHub's default shell does, in exactly this environment. */
export function shell(
  script: string,
  directory: string,
  environment: Record<string, string>,
): Promise<{ code: number; output: string }> {
  const child = spawn("bash", ["-e", script], { cwd: directory, env: environment })
  const chunks: Buffer[] = []
  child.stdin.end()
  child.stdout.on("data", (chunk) => chunks.push(chunk))
  child.stderr.on("data", (chunk) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) =>
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }),
    )
  })
}
