import { expect, test } from "vitest"
import { secretShape } from "./secret-shape.ts"

// Put together here, so that secret scanners do not take the test for a leak.
const secrets: [string, string][] = [
  ["a PEM private key", `-----BEGIN ${"RSA PRIVATE KEY"}-----`],
  ["an AWS access key", `AKIA${"IOSFODNN7EXAMPLE"}`],
  ["a GitHub token", `ghp_${"aB3d".repeat(9)}`],
  ["a Slack token", `xoxb-${"123456789012-abcdef"}`],
  ["a DigitalOcean token", `dop_v1_${"0a1b2c3d".repeat(8)}`],
  ["a Swarm join token", `SWMTKN-1-${"49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv"}`],
  ["a URL with a password", `postgres://shop:${"hunter2"}@db/shop`],
  ["a long random-looking text", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY"],
  ["a long random-looking text", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
  ["a long random-looking text", "k3v9x0q2m7w1z8r4t6y5u0i3"],
]

test.each(secrets)("%s is recognised", (name, text) => {
  expect(secretShape(text)).toBe(name)
})

test.each([
  "registry.quickcart.example/quickcart",
  `registry.example.com/shop@sha256:${"9f86d081".repeat(8)}`,
  "https://sgp1.digitaloceanspaces.com",
  "https://example.com/:path@2x",
  "s-8vcpu-32gb-640gb-intel",
  "quickcart-production-images-2026-archive",
  "measured on 2026-03-04: these hosts serve twice the assumed load",
  "/run/secrets/payment_gateway_signing_key",
  "America/Argentina/ComodRivadavia",
  "0000000000000000000000000000000000000000",
])("%s is no secret", (text) => {
  expect(secretShape(text)).toBeUndefined()
})
