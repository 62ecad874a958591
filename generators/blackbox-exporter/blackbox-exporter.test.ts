import { expect, test } from "vitest"
import { parse } from "yaml"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"
import { monitoringHost } from "../prometheus/placement.ts"
import { certificateScrape } from "./certificates.ts"
import { blackboxConfig, imageProbe } from "./config.ts"

const fleet = watchedFixture()
const host = monitoringHost(fleet) ?? fail()

test("each process that shows a certificate of the fleet is looked at, and none is trusted for it", () => {
  const asked = certificateScrape(fleet, host)?.targets ?? []
  const count = (name: string) => asked.filter(({ labels }) => labels.certificate === name).length
  expect([count("patroni_tls"), count("etcd_tls"), count("redis_tls")]).toEqual([3, 3, 12])
  expect(count("log_store_tls")).toBe(1)
  const { tcp } = parse(blackboxConfig(fleet)).modules.certificate
  expect(tcp.tls_config).toEqual({ insecure_skip_verify: true })
})

test("without anything that speaks TLS inside, no prober runs for it", () => {
  const bare = watchedFixture()
  bare.database = null
  bare.redis = null
  bare.logs = null
  const names = contributionsOf(bare).services.map(({ name }) => name)
  expect(names).toContain("blackbox-exporter")
  expect(names).not.toContain("certificate-prober")
})

test("an image is read where browsers find it: through the shop, or at the bucket", () => {
  expect(imageProbe(fleet)).toMatchObject({
    module: "shop",
    address: expect.stringMatching(/^https:\/\/203\.0\.113\.100\/images\/products\/.*\.svg$/),
  })
  const bucket = watchedFixture()
  if (bucket.objectStorage !== null) {
    bucket.objectStorage.imagesPath = null
    bucket.objectStorage.imagesBaseUrl = "https://cdn.example.test"
  }
  expect(imageProbe(bucket)?.address).toMatch(/^https:\/\/cdn\.example\.test\/products\//)
  bucket.app.image = "registry.example.test/another-shop"
  expect(imageProbe(bucket)).toBeNull()
})

test("outside the box a visitor's certificate is verified", () => {
  const verified = watchedFixture()
  verified.provider.name = "hetzner"
  const { shop, storage } = parse(blackboxConfig(verified)).modules
  expect(shop.http.tls_config).toEqual({
    insecure_skip_verify: false,
    server_name: "shop.example.test",
  })
  expect(storage.http.tls_config).toEqual({ insecure_skip_verify: false })
})

function fail(): never {
  throw new Error("the fixture lacks it")
}
