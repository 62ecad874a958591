import { execFileSync } from "node:child_process"

const identity = {
  GIT_AUTHOR_NAME: "github-actions[bot]",
  GIT_AUTHOR_EMAIL: "bot@github.test",
  GIT_COMMITTER_NAME: "GitHub",
  GIT_COMMITTER_EMAIL: "noreply@github.test",
}

/** Runs git in a repository and returns what it printed. */
export function git(
  directory: string,
  argv: string[],
  options: { input?: Buffer; env?: Record<string, string> } = {},
): string {
  const output = execFileSync("git", argv, {
    cwd: directory,
    input: options.input ?? "",
    env: { ...process.env, ...identity, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  })
  return output.toString().trim()
}

/** The same, undefined where git fails. */
export function tryGit(directory: string, argv: string[]): string | undefined {
  try {
    return git(directory, argv)
  } catch {
    return undefined
  }
}
