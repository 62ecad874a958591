import { describe, expect, test, vi } from "vitest"
import { isLocalFailure, isTransient } from "./src/database.ts"
import { memoryOrders } from "./src/memory.ts"
import { postgresOrders } from "./src/postgres-orders.ts"
import { Unavailable } from "./src/stores.ts"

const request = {
  idempotencyKey: "key-of-this-order",
  lines: [{ productId: "kopi-gayo", quantity: 2 }],
}
const patience = { deadlineMs: 200, firstPauseMs: 1 }

function failure(code: string, message = ""): Error {
  return Object.assign(new Error(message), { code })
}

/** A pool that answers with each of `answers` in turn, and with the last for ever. */
function pool(...answers: (Error | object[])[]) {
  const query = vi.fn(async (_text: string, _values: unknown[]) => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer instanceof Error) throw answer
    return { rows: answer ?? [] }
  })
  return { query } as { query: typeof query } & Parameters<typeof postgresOrders>[0]
}

describe("an order", () => {
  test("whose connection breaks is sent again with its own key", async () => {
    const broken = pool(
      failure("", "Connection terminated unexpectedly"),
      failure("40001"),
      failure("25006"),
      [{ id: "1", total_rupiah: "178000" }],
    )
    expect(await postgresOrders(broken, patience).place(request)).toEqual({
      orderId: "1",
      totalRupiah: 178_000,
    })
    const keys = broken.query.mock.calls.map(([, values]) => values[1])
    expect(keys).toEqual(Array(4).fill(request.idempotencyKey))
  })

  test("that was taken before is found instead of taken again", async () => {
    const known = pool([], [{ id: "old", total_rupiah: "5" }])
    expect((await postgresOrders(known, patience).place(request)).orderId).toBe("old")
  })

  test("is found by its key, and one that was never placed is not", async () => {
    const known = postgresOrders(pool([{ id: "old", total_rupiah: "5" }]), patience)
    expect(await known.find("key-of-this-order")).toEqual({ orderId: "old", totalRupiah: 5 })
    expect(await postgresOrders(pool([]), patience).find("another-key")).toBeUndefined()
  })

  test("is given up after the deadline, as something to try again", async () => {
    const away = pool(failure("ECONNREFUSED"))
    await expect(postgresOrders(away, patience).place(request)).rejects.toThrow(Unavailable)
  })

  test("is not waited for beyond the deadline, although its last try is still held", async () => {
    const held = pool(failure("ECONNREFUSED"))
    held.query.mockImplementation(() => new Promise(() => {}))
    held.query.mockRejectedValueOnce(failure("ECONNREFUSED"))
    await expect(postgresOrders(held, patience).place(request)).rejects.toThrow(Unavailable)
    expect(held.query).toHaveBeenCalledTimes(2)
  })

  test("that was given up and taken all the same is found with its key", async () => {
    const late = Promise.withResolvers<{ rows: object[] }>()
    const slow = pool([], [{ id: "late", total_rupiah: "5" }])
    slow.query.mockImplementationOnce(() => late.promise)
    const orders = postgresOrders(slow, { deadlineMs: 5, firstPauseMs: 1 })
    await expect(orders.place(request)).rejects.toThrow(Unavailable)
    late.resolve({ rows: [{ id: "late", total_rupiah: "5" }] })
    expect((await orders.place(request)).orderId).toBe("late")
  })

  test("that is wrong is not tried twice", async () => {
    const wrong = pool(failure("23503", "violates foreign key"))
    await expect(postgresOrders(wrong, patience).place(request)).rejects.toThrow("foreign key")
    expect(wrong.query).toHaveBeenCalledTimes(1)
  })

  test("has one number for one key, without a database too", async () => {
    const orders = memoryOrders()
    const first = await orders.place(request)
    expect(await orders.place(request)).toEqual(first)
    expect(await orders.place({ ...request, idempotencyKey: "another-key" })).not.toEqual(first)
  })
})

test.each([
  ["08006", true],
  ["40P01", true],
  ["57P01", true],
  ["23505", false],
  ["42P01", false],
])("SQLSTATE %s is transient: %s", (code, transient) => {
  expect(isTransient(failure(code))).toBe(transient)
})

test("only a socket that nobody listens on is this host's own trouble", () => {
  expect(isLocalFailure(failure("ENOENT"))).toBe(true)
  expect(isLocalFailure(failure("57P03"))).toBe(false)
  expect(isLocalFailure(undefined)).toBe(false)
})
