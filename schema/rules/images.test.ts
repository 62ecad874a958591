import { describe, expect, test } from "vitest"
import { resolve } from "../../generators/core/resolve.ts"
import { lockFixture, specFixture } from "../environment-fixture.ts"
import { digest, registry } from "./images.ts"
import { verdict } from "./rule-bench.ts"

describe("images/digest", () => {
  test("production with a full lock passes, a tag for the app is refused", () => {
    expect(verdict(digest)).toEqual([])
    expect(verdict(digest, (spec) => (spec.app.image = "example.com/shop:1.2"))).toEqual([
      "app.image: is not a digest reference; write <image>@sha256:<64 hex digits>",
    ])
  })

  test("Grafana's image is a digest too, where it is not a trial", () => {
    const tagged = (tier: "production" | "development") =>
      verdict(digest, (spec) => {
        spec.tier = tier
        spec.monitoring = { grafana: { image: "grafana/grafana:12.3.1" } }
      })
    expect(tagged("production")).toEqual([
      "monitoring.grafana.image: is not a digest reference; write <image>@sha256:<64 hex digits>",
    ])
    expect(tagged("development")).toEqual([])
  })

  test.each([
    ["production", 1],
    ["staging", 1],
    ["development", 0],
  ] as const)("a source tag in %s", (tier, problems) => {
    const found = verdict(digest, (spec) => {
      spec.tier = tier
      spec.images = { registry: "registry.example.com", reference: "source" }
    })
    const message =
      "images.reference: is source, a tag that may not be pushed yet; only development refers by it, so write digest"
    expect(found).toEqual(Array(problems).fill(message))
  })

  test("unpublished images are named; those never deployed may be missing", () => {
    const spec = specFixture()
    const lock = lockFixture()
    lock.haproxy.digest = null
    lock.shop.digest = null
    lock.host.digest = null
    const fleet = resolve(spec, "environments/fixture.yaml", lock)
    expect(digest.check(fleet, spec)).toEqual([
      {
        path: ["images", "reference"],
        message:
          "is digest, but images/lock.json has no digest for haproxy, shop; " +
          "publish the images and commit the lock",
      },
    ])
  })
})

test("images/registry: only the box talks plain HTTP", () => {
  const insecure = { registry: "10.10.0.3:5000", insecure: true }
  expect(verdict(registry, (spec) => (spec.images = insecure))).toHaveLength(1)
  const box = verdict(registry, (spec) => {
    spec.images = insecure
    spec.provider = { name: "box", region: "local" }
  })
  expect(box).toEqual([])
})
