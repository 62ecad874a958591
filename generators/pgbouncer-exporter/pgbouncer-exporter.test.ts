import { expect, test } from "vitest"
import { watchedFixture } from "../core/fleet-fixture.ts"
import { contributionsOf } from "../core/render.ts"

const { services } = contributionsOf(watchedFixture())
const definition = services.find(({ name }) => name === "pgbouncer-exporter")?.definition
const pooler = services.find(({ name }) => name === "pgbouncer")?.definition

test("the exporter comes through the socket as PgBouncer's own user, which takes the same image", () => {
  expect(definition?.image).toBe(pooler?.image)
  expect(definition?.user).toBe("postgres")
  expect(definition?.volumes).toEqual([
    { type: "volume", source: "database-run", target: "/run/database", read_only: true },
  ])
  expect(definition?.secrets).toBeUndefined()
})
