import { appendFileSync, cpSync, existsSync, mkdirSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { git } from "./git.ts"

/** A developer's clone and the repository it pushes to, on GitHub so to say. */
export interface Origin {
  /** Bare repository. */
  path: string
  /** Developer's working tree, on main. */
  clone: string
  /** Commits everything in the clone and returns the id. */
  commit(message: string): string
  /** Pushes the clone's head to a ref of the origin. */
  push(ref: string): void
  head(ref?: string): string
}

/** Makes both from the working tree of `repository`, committed or not, as one first commit. */
export function makeOrigin(repository: string, directory: string): Origin {
  const clone = join(directory, "developer")
  const path = join(directory, "origin.git")
  const list = git(repository, ["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
  for (const file of new Set(list.split("\0").filter(Boolean))) {
    const source = join(repository, file)
    if (!existsSync(source)) continue
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(source, join(clone, file), { verbatimSymlinks: true })
  }
  git(clone, ["init", "--quiet", "--initial-branch", "main"])
  linkModules(clone, repository)
  git(directory, ["init", "--quiet", "--bare", "--initial-branch", "main", path])
  git(path, ["config", "uploadpack.allowAnySHA1InWant", "true"])
  git(clone, ["remote", "add", "origin", path])
  const origin: Origin = {
    path,
    clone,
    commit: (message) => {
      git(clone, ["add", "--all"])
      git(clone, ["commit", "--quiet", "--allow-empty", "--message", message])
      return git(clone, ["rev-parse", "HEAD"])
    },
    push: (ref) => void git(clone, ["push", "--quiet", "--force", "origin", `HEAD:${ref}`]),
    head: (ref = "main") => git(path, ["rev-parse", ref]),
  }
  origin.commit("Start")
  origin.push("refs/heads/main")
  return origin
}

/** What `npm ci` comes to, without fetching it all again; git must not see the link. */
export function linkModules(clone: string, repository: string): void {
  symlinkSync(join(repository, "node_modules"), join(clone, "node_modules"))
  appendFileSync(join(clone, ".git", "info", "exclude"), "/node_modules\n")
}

/** The commit that merges `head` into main, as GitHub makes one for every pull request. */
export function mergeCommit(origin: Origin, head: string, message: string): string {
  const { path } = origin
  const tree = git(path, ["merge-tree", "--write-tree", "main", head]).split("\n")[0] ?? ""
  const parents = ["-p", origin.head(), "-p", git(path, ["rev-parse", head])]
  return git(path, ["commit-tree", tree, ...parents], { input: Buffer.from(message) })
}
