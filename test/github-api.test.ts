import { afterAll, beforeAll, expect, test } from "vitest"
import { type GitHubApi, startGitHubApi } from "./workflows/github-api.ts"
import type { Permissions } from "./workflows/permissions.ts"

let api: GitHubApi

beforeAll(async () => {
  api = await startGitHubApi("o/r", {
    "issues/create-comment": ({ body, example }) => ({ ...example, body: body.body }),
    "issues/list-comments": () => [],
  })
})

afterAll(() => api.close())

async function call(
  permissions: Permissions | undefined,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const token = permissions === undefined ? "nobody's" : api.issueToken(permissions)
  const response = await fetch(`${api.url}${path}`, {
    method,
    headers: { authorization: `token ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> }
}

const may = { issues: "write" }
const comments = "/repos/o/r/issues/1/comments"

test("a request that GitHub describes is answered in the shape of its example", async () => {
  const { status, answer } = await call(may, "POST", comments, { body: "hello" })
  expect(status).toBe(201)
  expect(answer).toMatchObject({ body: "hello", author_association: expect.any(String) })
})

test.each([
  ["a field that does not exist", "POST", comments, { body: "x", text: "y" }],
  ["a missing field", "POST", comments, {}],
  ["a field of the wrong type", "POST", comments, { body: 1 }],
  ["a query that does not exist", "GET", `${comments}?page_size=1`, undefined],
  ["a query of the wrong type", "GET", `${comments}?per_page=many`, undefined],
  ["a number in the path that is none", "GET", "/repos/o/r/issues/one/comments", undefined],
])("%s is refused", async (_, method, path, body) => {
  const { status } = await call(may, method, path, body)
  expect(status).toBe(422)
})

test("an unknown operation, a stranger, a token without the scope, another repository", async () => {
  expect((await call(may, "PUT", comments)).status).toBe(404)
  expect((await call(undefined, "GET", comments)).status).toBe(401)
  expect((await call({ contents: "write" }, "GET", comments)).status).toBe(403)
  expect((await call({ issues: "read" }, "POST", comments, { body: "x" })).status).toBe(403)
  expect((await call(may, "GET", "/repos/o/other/issues/1/comments")).status).toBe(404)
})
