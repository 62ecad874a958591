import { expect, test } from "vitest"
import { curlConfig, parseResponse } from "./http-through-host.ts"

const request = {
  method: "PUT",
  protocol: "https:",
  hostname: "10.0.0.1",
  port: 9000,
  path: "/images/a%20b",
  query: { policy: "", "x-id": "Put" },
  headers: { host: "10.0.0.1:9000", authorization: 'AWS4 "x"', "content-length": "3" },
  body: new TextEncoder().encode('{"a":\n"\\\\"}'),
}

test("a request reaches curl as it was signed", () => {
  expect(curlConfig(request).split("\n")).toEqual([
    "silent",
    "show-error",
    "connect-timeout = 5",
    "max-time = 15",
    "include",
    "http1.1",
    'request = "PUT"',
    'url = "https://10.0.0.1:9000/images/a%20b?policy=&x-id=Put"',
    'header = "authorization: AWS4 \\"x\\""',
    'header = "Expect:"',
    'data-binary = "{\\"a\\":\\n\\"\\\\\\\\\\"}"',
    "",
  ])
})

test("nothing can add a line of its own to what curl is told", () => {
  const config = curlConfig({ ...request, body: 'x"\noutput = "/etc/passwd' })
  expect(config.split("\n").filter((line) => line.startsWith("output"))).toEqual([])
})

test("bytes that are no text are refused instead of changed", () => {
  expect(() => curlConfig({ ...request, body: new Uint8Array([0xff]) })).toThrow()
})

test("the answer after a 100 Continue is the one that counts", async () => {
  const head = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nX-Id: 1\r\n\r\n"
  const { statusCode, headers, body } = parseResponse(`${head}no\r\n\r\nsuch`)
  expect([statusCode, headers]).toEqual([404, { "x-id": "1" }])
  expect((await body.toArray()).join("")).toBe("no\r\n\r\nsuch")
})
