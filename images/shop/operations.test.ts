import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { createShop, type Shop } from "./src/app.ts"
import { loginFrom, settingsFrom } from "./src/settings.ts"

let open: Shop[] = []
afterEach(async () => {
  await Promise.all(open.map(({ server }) => server.close()))
  open = []
})

function shop(environment: Record<string, string> = {}): Shop {
  const created = createShop(settingsFrom(environment))
  open.push(created)
  return created
}

describe("draining", () => {
  test("fails the health check and closes connections, but keeps serving", async () => {
    const { server, drain } = shop({ HEALTH_PATH: "/up" })
    expect((await server.inject("/up")).statusCode).toBe(200)
    expect((await server.inject("/api/products")).headers.connection).not.toBe("close")
    drain.active = true
    expect((await server.inject("/up")).statusCode).toBe(503)
    const answer = await server.inject("/api/products")
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.connection).toBe("close")
  })
})

describe("metrics", () => {
  test("count requests by route pattern, with a bucket at the objective's 0.3 s", async () => {
    const { server } = shop()
    await server.inject("/api/products/teh-melati")
    await server.inject("/api/products/none")
    await server.inject("/no-such-page")
    await server.inject("/livez")
    const text = (await server.inject("/metrics")).body
    const count = 'http_request_duration_seconds_count{method="GET",route='
    expect(text).toContain(`${count}"/api/products/:id",status_code="200"} 1`)
    expect(text).toContain(`${count}"/api/products/:id",status_code="404"} 1`)
    expect(text).toContain(`${count}"unknown",status_code="404"} 1`)
    expect(text).toMatch(/http_request_duration_seconds_bucket\{le="0\.3"/)
    expect(text).toContain("process_cpu_seconds_total")
    expect(text).not.toContain("/livez")
  })
})

describe("trial routes", () => {
  test("fail as asked, and refuse what makes no sense", async () => {
    const { server } = shop()
    expect((await server.inject("/fail?status=503")).statusCode).toBe(503)
    expect((await server.inject("/fail?status=200")).statusCode).toBe(400)
    expect((await server.inject("/slow?ms=0")).json()).toEqual({ sleptMs: 0 })
    expect((await server.inject("/slow?ms=forever")).statusCode).toBe(400)
  })
})

describe("settings", () => {
  test("a secret names the login beside the password, which may hold anything", () => {
    const passwordFile = join(mkdtempSync(join(tmpdir(), "quickcart-login-")), "secret")
    const route = { host: "/run", port: 1, user: "app_rw", database: "app_rw", passwordFile }
    writeFileSync(passwordFile, "app_rw_3f9a12c4:a:b\n")
    expect(loginFrom(route)).toEqual({ user: "app_rw_3f9a12c4", password: "a:b" })
    writeFileSync(passwordFile, "alone")
    expect(loginFrom(route)).toEqual({ user: "app_rw", password: "alone" })
  })

  test("read both routes to the database", () => {
    const { database } = settingsFrom({
      DATABASE_WRITE: "postgres://app_rw@/app_rw?host=/run/pgbouncer&port=6432",
      DATABASE_WRITE_PASSWORD_FILE: "/run/secrets/rw",
      DATABASE_READ: "postgres://app_ro@10.0.0.1:6432/app_ro",
    })
    expect(database).toEqual({
      write: {
        host: "/run/pgbouncer",
        port: 6432,
        user: "app_rw",
        database: "app_rw",
        passwordFile: "/run/secrets/rw",
      },
      read: {
        host: "10.0.0.1",
        port: 6432,
        user: "app_ro",
        database: "app_ro",
        passwordFile: "/run/secrets/postgres_app_ro_password",
      },
    })
  })

  test.each([
    [{ PORT: "http" }, 'PORT is "http"; it must be a number from 1 to 65535'],
    [{ DRAIN_SECONDS: "-1" }, 'DRAIN_SECONDS is "-1"; it must be a number from 0 to 3600'],
    [{ REDIS_CACHE: "redis" }, 'REDIS_CACHE is "redis"; it must be host:port,host:port,...'],
    [
      { DATABASE_WRITE: "postgres://app:hunter2@db/app" },
      "DATABASE_WRITE must be postgres://user@host:port/database, without a password",
    ],
    [{ HEALTH_PATH: "up" }, 'HEALTH_PATH is "up"; it must start with "/"'],
  ])("refuse %j", (environment, message) => {
    expect(() => settingsFrom(environment)).toThrow(message)
  })
})
