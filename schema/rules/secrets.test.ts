import { describe, expect, test } from "vitest"
import { verdict } from "./rule-bench.ts"
import { plaintext } from "./secrets.ts"

const withEnvironment = (environment: Record<string, string>) =>
  verdict(plaintext, (spec) => (spec.app.environment = environment))

describe("secrets/plaintext", () => {
  test("names, paths and plain settings pass", () => {
    const found = withEnvironment({
      LOG_LEVEL: "info",
      SESSION_KEY_FILE: "/run/secrets/session_key",
      TLS_SECRET: "edge_tls",
      API_TOKEN: "",
    })
    expect(found).toEqual([])
  })

  test("a value behind a secret's name is refused, whatever it looks like", () => {
    expect(withEnvironment({ DB_PASSWORD: "tiger" })).toEqual([
      "app.environment.DB_PASSWORD: is named like a secret and has a value; " +
        "mount it as a secret and write its path, /run/secrets/<name>",
    ])
  })

  test("one value is reported once", () => {
    expect(withEnvironment({ AWS_KEY: `AKIA${"QUICKCART2EXAMPL"}` })).toHaveLength(1)
  })

  test("a secret is found in any text of the file, and never repeated", () => {
    const token = `ghp_${"a1B2".repeat(9)}`
    const found = verdict(plaintext, (spec) => {
      spec.waivers = [{ rule: "capacity/cores", reason: `because ${token} said so` }]
      spec.app.environment = { [token]: "x" }
    })
    expect(found).toHaveLength(2)
    expect(found.join()).toContain("waivers[0].reason: holds what looks like a GitHub token")
    expect(found.join()).not.toContain(token)
  })
})
