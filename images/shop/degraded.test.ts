import { afterEach, describe, expect, test, vi } from "vitest"
import { createShop, type Shop } from "./src/app.ts"
import { cachedCatalogue } from "./src/cached-catalogue.ts"
import { products } from "./src/catalogue.ts"
import { cookieCarts, fixedCatalogue, memoryOrders, noCache } from "./src/memory.ts"
import { watchDependencies } from "./src/readiness.ts"
import type { RedisCluster } from "./src/redis.ts"
import { redisCache } from "./src/redis-cache.ts"
import { redisCarts } from "./src/redis-carts.ts"
import { settingsFrom } from "./src/settings.ts"
import { type Dependency, type Stores, Unavailable } from "./src/stores.ts"

let open: Shop[] = []
afterEach(async () => {
  await Promise.all(open.map(({ server }) => server.close()))
  open = []
})

function shop(stores: Partial<Stores>): Shop["server"] {
  const all: Stores = {
    catalogue: fixedCatalogue(),
    orders: memoryOrders(),
    carts: cookieCarts(),
    dependencies: [],
    close: async () => {},
    ...stores,
  }
  const created = createShop(settingsFrom({}), false, all)
  open.push(created)
  return created.server
}

/** A cluster in memory that can be switched off. */
function memoryCluster() {
  const values = new Map<string, string>()
  const state = { up: true, commands: 0 }
  const attempt = <Reply>(work: () => Reply) => {
    state.commands += 1
    if (!state.up) throw new Unavailable("Redis does not answer")
    return work()
  }
  const cluster: RedisCluster = {
    get: async (key) => attempt(() => values.get(key)),
    set: async (key, value) => attempt(() => void values.set(key, value)),
    close: () => {},
  }
  return { cluster, state, values }
}

const away: Dependency = {
  name: "database",
  probe: async () => {
    throw new Error("is away")
  },
  isLocal: () => false,
}

describe("without sessions", () => {
  test("the shop window stays open and changes are refused as temporary", async () => {
    const { cluster, state } = memoryCluster()
    state.up = false
    const server = shop({ carts: redisCarts(cluster) })
    const cookies = { cart: "0".repeat(32) }
    expect((await server.inject({ url: "/", cookies })).statusCode).toBe(200)
    const payload = { productId: "teh-melati" }
    const refused = await server.inject({ method: "POST", url: "/api/cart", payload, cookies })
    expect(refused.statusCode).toBe(503)
    expect(refused.headers["retry-after"]).toBe("1")
  })

  test("an order that was taken is confirmed although its cart cannot be emptied", async () => {
    const { cluster, state, values } = memoryCluster()
    const id = "a".repeat(32)
    values.set(`session:${id}`, "teh-melati:2")
    const orders = memoryOrders()
    const server = shop({
      carts: redisCarts(cluster),
      orders: {
        ...orders,
        place: async (request) => {
          state.up = false
          return orders.place(request)
        },
      },
    })
    const answer = await server.inject({
      method: "POST",
      url: "/api/checkout",
      cookies: { cart: id },
    })
    expect(answer.statusCode).toBe(201)
    expect(answer.json().totalRupiah).toBe(49_000)
  })
})

describe("sessions", () => {
  test("are asked again while a master hands over, and given up in time", async () => {
    const { cluster, state } = memoryCluster()
    const carts = redisCarts(cluster, { deadlineMs: 200, firstPauseMs: 1 })
    state.up = false
    const kept = carts.keep(undefined, new Map([["kopi-gayo", 1]]))
    await vi.waitFor(() => expect(state.commands).toBeGreaterThan(2))
    state.up = true
    expect(await carts.read(await kept)).toEqual(new Map([["kopi-gayo", 1]]))
    state.up = false
    await expect(carts.read("a".repeat(32))).rejects.toThrow(Unavailable)
  })

  test("keep the cart under a random id that only the cookie knows", async () => {
    const { cluster, values } = memoryCluster()
    const carts = redisCarts(cluster)
    const cookie = await carts.keep(undefined, new Map([["kopi-gayo", 2]]))
    expect(cookie).toMatch(/^[0-9a-f]{32}$/)
    expect(values.get(`session:${cookie}`)).toBe("kopi-gayo:2")
    expect(await carts.read(cookie)).toEqual(new Map([["kopi-gayo", 2]]))
    expect(await carts.keep("../../etc", new Map())).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe("the product list", () => {
  test("comes from the cache, and from the database when the cache is away", async () => {
    const { cluster, state, values } = memoryCluster()
    let asked = 0
    const source = {
      list: async () => {
        asked += 1
        return products
      },
    }
    const catalogue = cachedCatalogue(source, redisCache(cluster))
    await catalogue.list()
    expect(await catalogue.list()).toEqual(products)
    expect([asked, [...values.keys()]]).toEqual([1, ["cache:products"]])
    state.up = false
    expect(await catalogue.list()).toEqual(products)
    const tried = state.commands
    await catalogue.list()
    // Left alone for a while after a failure.
    expect(state.commands).toBe(tried)
  })

  test("is the last one seen while the database is away", async () => {
    let up = true
    const source = {
      list: async () => {
        if (!up) throw new Unavailable("away")
        return products
      },
    }
    const catalogue = cachedCatalogue(source, noCache())
    await catalogue.list()
    up = false
    expect(await catalogue.list()).toEqual(products)
    await expect(cachedCatalogue(source, noCache()).list()).rejects.toThrow(Unavailable)
  })
})

describe("readiness", () => {
  test("waits for everything once, and health checks ask nobody", async () => {
    let probes = 0
    const probe = async () => {
      probes += 1
    }
    const answers: Dependency = { ...away, probe }
    const server = shop({ dependencies: [answers] })
    for (let i = 0; i < 10; i++) await server.inject("/healthz")
    expect((await server.inject("/healthz")).json()).toEqual({
      status: "ok",
      dependencies: { database: "up" },
    })
    expect(probes).toBe(1)
  })

  test("is refused before the first answer, while the process lives", async () => {
    const server = shop({ dependencies: [away] })
    expect((await server.inject("/healthz")).statusCode).toBe(503)
    expect((await server.inject("/livez")).statusCode).toBe(200)
  })

  test("survives what all tasks share, and steps aside for what only this one lacks", async () => {
    let error: Error | undefined
    const database: Dependency = {
      name: "database",
      probe: async () => {
        if (error !== undefined) throw error
      },
      isLocal: (found) => found instanceof RangeError,
    }
    const readiness = watchDependencies([database])
    readiness.stop()
    await readiness.probe()
    error = new Error("no primary")
    for (let i = 0; i < 5; i++) await readiness.probe()
    expect([readiness.ready(), readiness.report().database]).toEqual([true, "no primary"])
    error = new RangeError("no PgBouncer")
    for (let i = 0; i < 3; i++) await readiness.probe()
    expect(readiness.ready()).toBe(false)
    error = undefined
    await readiness.probe()
    expect(readiness.ready()).toBe(true)
  })
})
