import { expect, test } from "vitest"
import { lineText, merge, parseLine } from "./line.ts"

const line = (host: string, text: string) => parseLine(host, text) ?? expect.fail(text)

test("lines of all hosts are in the order of their times, the newest at the end", () => {
  const lines = [
    line("app-2", "quickcart_app.2.b 2026-11-28T15:00:00.000000002Z second"),
    line("app-1", "quickcart_app.1.a 2026-11-28T15:00:00.000000003Z third"),
    // As rsyslog may have it: fewer digits are an earlier text, not an earlier time.
    line("app-1", "quickcart_app.1.a 2026-11-28T15:00:00Z first"),
  ]
  expect(merge(lines).map(({ text }) => text)).toEqual(["first", "second", "third"])
  expect(merge(lines, 2).map(({ text }) => text)).toEqual(["second", "third"])
})

test("a line says when, where and of which task", () => {
  const text = "quickcart_app.3.x7 2026-11-28T15:00:00.123456789Z hello  there"
  expect(line("app-1", text)).toEqual({
    time: "2026-11-28T15:00:00.123456789Z",
    host: "app-1",
    service: "app",
    task: "app.3.x7",
    text: "hello  there",
  })
  expect(lineText(line("app-1", text))).toBe("2026-11-28T15:00:00.123Z app-1 app.3 | hello  there")
  const global = line("app-1", "quickcart_pgbouncer.n0de.t4sk 2026-11-28T15:00:00Z")
  expect(lineText(global)).toBe("2026-11-28T15:00:00.000Z app-1 pgbouncer | ")
})

test("a text with a time of its own, as PostgreSQL's, stays whole", () => {
  const text =
    "2026-11-28 15:00:00.123 UTC [71] app_rw_3f9a12c4@shop 10.10.0.31 shop ERROR:  canceling"
  const found = line("h", `quickcart_patroni-1.1.a 2026-11-28T15:00:00.2Z ${text}`)
  expect(found).toMatchObject({ time: "2026-11-28T15:00:00.200000000Z", text })
})

test("what a client made a service write steers no terminal", () => {
  const evil = line("h", "quickcart_app.1.a 2026-11-28T15:00:00Z \u001b[2J\u009b1mx\r\ty")
  expect(lineText(evil)).toMatch(/\| \\x1b\[2J\\x9b1mx\\x0d\ty$/)
})

test("what Docker says in place of logs is no line", () => {
  expect(parseLine("h", "quickcart_app.1.a Error response from daemon: dead")).toBeUndefined()
  expect(parseLine("h", "")).toBeUndefined()
})
