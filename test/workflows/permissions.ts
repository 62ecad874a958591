/** Scopes of a job's token, as its `permissions:` block says; what is not named is none. */
export type Permissions = Record<string, string>

/**
 * What each operation needs, any one of the list; from the "fine-grained
 * permissions required" of GitHub's REST reference. Comments and issues share
 * endpoints with pull requests, so there either scope will do.
 */
const needed: Record<string, string[]> = {
  "actions/download-artifact": ["actions:read"],
  "repos/create-deployment": ["deployments:write"],
  "repos/list-deployments": ["deployments:read"],
  "repos/create-deployment-status": ["deployments:write"],
  "repos/list-deployment-statuses": ["deployments:read"],
  "issues/list-for-repo": ["issues:read"],
  "issues/create": ["issues:write"],
  "issues/update": ["issues:write", "pull-requests:write"],
  "issues/list-comments": ["issues:read", "pull-requests:read"],
  "issues/create-comment": ["issues:write", "pull-requests:write"],
  "issues/update-comment": ["issues:write", "pull-requests:write"],
  "pulls/list": ["pull-requests:read"],
  "pulls/create": ["pull-requests:write"],
  "pulls/update": ["pull-requests:write"],
  "git/get-ref": ["contents:read"],
  "git/list-matching-refs": ["contents:read"],
  "git/get-commit": ["contents:read"],
  "git/create-ref": ["contents:write"],
  "git/update-ref": ["contents:write"],
  "git/create-blob": ["contents:write"],
  "git/create-tree": ["contents:write"],
  "git/create-commit": ["contents:write"],
}

/** Whether a token with these permissions may call the operation. */
export function allows(permissions: Permissions, operation: string): boolean {
  return (needed[operation] ?? []).some((need) => {
    const [scope = "", level] = need.split(":")
    const given = permissions[scope]
    return given === "write" || (given === "read" && level === "read")
  })
}
