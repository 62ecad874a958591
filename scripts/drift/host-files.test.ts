import { expect, test } from "vitest"
import { hostFileDifferences, writtenFiles } from "./host-files.ts"

const text = (content: string) =>
  `#cloud-config\nwrite_files:\n  - path: /etc/docker/daemon.json\n    content: |\n      ${content}\n`

test("a file as it was written is no difference", () => {
  const files = writtenFiles(text("{}"))
  expect([...files.keys()]).toEqual(["/etc/docker/daemon.json"])
  expect(hostFileDifferences("app-1", files, files, [])).toEqual([])
})

test("an edited file is drift, one of an older commit is pending, none is drift", () => {
  const kinds = (live: Map<string, string>) =>
    hostFileDifferences("app-1", writtenFiles(text("{}")), live, [
      writtenFiles(text('{"old": 1}')),
    ]).map(({ kind, name, live: found }) => [kind, name, found === null])
  const name = "app-1:/etc/docker/daemon.json"
  expect(kinds(writtenFiles(text('{"edited": 1}')))).toEqual([["drift", name, false]])
  expect(kinds(writtenFiles(text('{"old": 1}')))).toEqual([["pending", name, false]])
  expect(kinds(new Map())).toEqual([["drift", name, true]])
})
