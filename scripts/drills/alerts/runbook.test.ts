import { describe, expect, test } from "vitest"
import { commandOn, lookCommands, outcomeOf } from "./runbook.ts"

const page = `# NodeDown

A host is gone.

\`\`\`sh
rm -rf no-look
\`\`\`

## Look

\`\`\`sh
npx quickcart status production
ssh -F .quickcart/production/ssh/config manager-1 docker node ls

\`\`\`

Then:

\`\`\`sh
uptime
\`\`\`

## Do

\`\`\`sh
reboot
\`\`\`
`

test("only the commands under Look are taken, a line each", () => {
  expect(lookCommands(page)).toEqual([
    "npx quickcart status production",
    "ssh -F .quickcart/production/ssh/config manager-1 docker node ls",
    "uptime",
  ])
  expect(lookCommands(page.slice(0, page.indexOf("## Do")))).toHaveLength(3)
  expect(lookCommands("# Nothing\n")).toEqual([])
})

test("a command is run where the drill is", () => {
  const on = {
    environment: "local-data",
    hostname: "shop.test",
    vip: "198.18.80.100",
    authority: "/state/ca.pem",
    quickcart: "node quickcart.js",
  }
  expect(commandOn("npx quickcart db status production", on)).toBe(
    "node quickcart.js db status local-data",
  )
  expect(
    commandOn("ssh -F .quickcart/production/ssh/config manager-3 'docker ps | head -n 1'", on),
  ).toBe("ssh -F .quickcart/local-data/ssh/config manager-3 'docker ps | head -n 1'")
  expect(commandOn("curl --head https://shop.quickcart.example/healthz", on)).toBe(
    "curl --resolve shop.test:443:198.18.80.100 --cacert /state/ca.pem --head https://shop.test/healthz",
  )
})

describe("a command ran", () => {
  const outcome = (
    command: string,
    exitCode: number,
    stdout = "",
    stderr = "",
    down: string[] = [],
  ) => outcomeOf(command, { exitCode, stdout, stderr }, down)
  const status = "npx quickcart status production"
  const logs = "ssh -F .quickcart/production/ssh/config manager-1 docker service logs x"

  test.each([
    ["status, healthy", outcome(status, 0, "healthy")],
    ["status, not healthy", outcome(status, 1, "NOT HEALTHY")],
    ["no log lines", outcome(logs, 0)],
    ["some of the log", outcome(logs, 1, "a line", "incomplete log stream")],
    ["no log of a host that is down", outcome(logs, 1, "", "incomplete log stream", ["app-1"])],
    [
      "no database",
      outcome(status, 1, "", "no database member answers:\n  database-1: curl: (7) x"),
    ],
    ["no object storage", outcome(status, 1, "", "error: manager-1: curl: (28) timed out")],
    ["no shop", outcome("curl --head https://shop", 7, "", "refused")],
    ["its host is what is down", outcome(logs, 255, "", "timed out", ["manager-1"])],
  ])("%s", (_, { ran }) => expect(ran).toBe(true))

  test.each([
    ["status without a screen", outcome(status, 1, "", "no SSH key")],
    ["a host that should answer", outcome(logs, 255, "", "timed out")],
    ["no such program there", outcome(logs, 127, "some text", "not found")],
    ["no log though all hosts are there", outcome(logs, 1, "", "incomplete log stream")],
    ["no such service", outcome(logs, 1, "", "no such service")],
    ["curl's own mistake", outcome("curl --head https://shop", 2, "", "usage")],
    ["too long", outcomeOf(logs, { exitCode: 0, stdout: "a", stderr: "", killed: true }, [])],
  ])("not: %s", (_, { ran }) => expect(ran).toBe(false))

  test("what it said is kept", () => {
    expect(outcome(logs, 1, "", "warning\nno such service").note).toBe("no such service")
    expect(outcome(logs, 255, "", "timed out", ["manager-1"]).note).toBe("manager-1 is down")
  })
})
