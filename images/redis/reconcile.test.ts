import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, test } from "vitest"

const program = join(import.meta.dirname, "reconcile-redis")

/** Primaries on hosts 1 to 3, the secondary of each on the next host. */
const shards = [
  ["10.0.0.1:1", "10.0.0.2:2"],
  ["10.0.0.2:1", "10.0.0.3:2"],
  ["10.0.0.3:1", "10.0.0.1:2"],
] as const
const members = shards.flat()
const thirds = ["0-5460", "5461-10921", "10922-16383"]

/** A node of a cluster: its id, its master's id or `-`, its slots. */
interface Node {
  id: string
  address: string
  master: string
  slots: string
  flags: string
}

/** What one member answers; undefined when it is down. */
interface View {
  id: string
  keys: number
  link: string
  nodes: Node[]
}

type Cluster = Map<string, View | undefined>

const idOf = (address: string) => address.replaceAll(/\D/g, "").padStart(40, "0")

/** Six members that know all; the owner of each shard by position in it. */
function cluster(owners: [number, number, number] = [0, 0, 0]): Cluster {
  const nodes = shards.flatMap((shard, index): Node[] =>
    shard.map((address, position) => {
      const isOwner = owners[index] === position
      return {
        id: idOf(address),
        address,
        master: isOwner ? "-" : idOf(shard[owners[index] ?? 0] ?? ""),
        slots: isOwner ? (thirds[index] ?? "") : "",
        flags: isOwner ? "master" : "slave",
      }
    }),
  )
  return new Map(
    members.map((address) => [
      address,
      { id: idOf(address), keys: 7, link: "up", nodes: structuredClone(nodes) },
    ]),
  )
}

function newborn(address: string, id = idOf(address)): View {
  const node = { id, address, master: "-", slots: "", flags: "master" }
  return { id, keys: 0, link: "", nodes: [node] }
}

function text(views: Cluster): string {
  return [...views]
    .map(([address, view]) => {
      if (view === undefined) return `@ ${address}\nCould not connect\n`
      const lines = view.nodes.map(({ id, address: at, master, slots, flags }) => {
        const own = id === view.id ? `myself,${flags}` : flags
        return `${id} ${at}@10001 ${own} ${master} 0 0 1 connected ${slots}`
      })
      const link = view.link === "" ? "" : `master_link_status:${view.link}\n`
      return `@ ${address}\n${view.id}\n${view.keys}\n${link}${lines.join("\n")}\n`
    })
    .join("\n")
}

function decide(views: Cluster, ...options: string[]): string[] {
  const argv = ["--decide", ...options, ...shards.map((shard) => shard.join(","))]
  const result = spawnSync("perl", [program, ...argv], { input: text(views), encoding: "utf8" })
  expect(result.stderr).toBe("")
  return result.stdout.split("\n").filter((line) => line !== "")
}

const view = (views: Cluster, address: string) => views.get(address) as View

function change(views: Cluster, id: string, to: Partial<Node>): void {
  for (const one of views.values()) {
    for (const node of one?.nodes ?? []) if (node.id === id) Object.assign(node, to)
  }
}

test("a healthy cluster with its masters on three hosts is left alone", () => {
  expect(decide(cluster())).toEqual([])
  expect(decide(cluster([1, 1, 1]))).toEqual([])
})

describe("formation", () => {
  const empty = () => new Map(members.map((address) => [address, newborn(address)]))

  test("the first meets all others", () => {
    expect(decide(empty()).slice(0, 2)).toEqual([
      "10.0.0.1:1 CLUSTER MEET 10.0.0.2 2 10002: is unknown",
      "10.0.0.1:1 CLUSTER MEET 10.0.0.2 1 10001: is unknown",
    ])
  })

  test("every primary gets a third once all know all, and not before", () => {
    const met = cluster()
    for (const one of met.values()) if (one) one.keys = 0
    for (const id of members.map(idOf)) change(met, id, { master: "-", slots: "" })
    expect(decide(met)).toEqual([
      "10.0.0.1:1 CLUSTER ADDSLOTSRANGE 0 5460: nobody owns them",
      "10.0.0.2:1 CLUSTER ADDSLOTSRANGE 5461 10921: nobody owns them",
      "10.0.0.3:1 CLUSTER ADDSLOTSRANGE 10922 16383: nobody owns them",
    ])
    view(met, "10.0.0.3:2").nodes.pop()
    expect(decide(met)).toEqual(["10.0.0.3:2 does not know all members yet"])
  })

  test("is not begun while a member is down, which may own slots", () => {
    const views: Cluster = empty()
    for (const address of members)
      view(views, address).nodes = members.flatMap((a) => newborn(a).nodes)
    views.set("10.0.0.3:2", undefined)
    expect(decide(views)).toEqual(["slots without owner, but not all members answer: 10.0.0.3:2"])
  })

  test("secondaries follow their shard's primary", () => {
    const views = cluster()
    for (const [, secondary] of shards) {
      change(views, idOf(secondary), { master: "-" })
      view(views, secondary).keys = 0
    }
    expect(decide(views)).toEqual([
      `10.0.0.2:2 CLUSTER REPLICATE ${idOf("10.0.0.1:1")}: follows 10.0.0.1:1`,
      `10.0.0.3:2 CLUSTER REPLICATE ${idOf("10.0.0.2:1")}: follows 10.0.0.2:1`,
      `10.0.0.1:2 CLUSTER REPLICATE ${idOf("10.0.0.3:1")}: follows 10.0.0.3:1`,
    ])
  })
})

describe("after a failover", () => {
  test("nothing moves while the old master is down", () => {
    const views = cluster([1, 0, 0])
    views.set("10.0.0.1:1", undefined)
    expect(decide(views)).toEqual(["formed, but without 10.0.0.1:1"])
  })

  test("nothing moves while one is down and the copy of another is not complete", () => {
    const views = cluster([1, 0, 0])
    views.set("10.0.0.1:1", undefined)
    view(views, "10.0.0.1:2").link = "down"
    expect(decide(views)).toEqual(["waiting for 10.0.0.1:1 10.0.0.1:2"])
  })

  test("nothing moves while a copy is not complete", () => {
    const views = cluster([1, 0, 0])
    view(views, "10.0.0.1:1").link = "down"
    expect(decide(views)).toEqual(["waiting for 10.0.0.1:1"])
  })

  test("one move brings three masters to three hosts, in the direction that needs one", () => {
    expect(decide(cluster([1, 0, 0]))).toEqual([
      "10.0.0.1:1 CLUSTER FAILOVER: two masters share a host",
    ])
    expect(decide(cluster([1, 0, 1]))).toEqual([
      "10.0.0.3:2 CLUSTER FAILOVER: two masters share a host",
    ])
  })
})

describe("a member that lost its disk", () => {
  const fresh = "f".repeat(40)

  function replaced(views: Cluster, address: string): Cluster {
    views.set(address, newborn(address, fresh))
    change(views, idOf(address), { address: ":0", flags: "master,noaddr" })
    return views
  }

  function introduced(views: Cluster, address: string): Cluster {
    replaced(views, address)
    const known = view(views, address).nodes[0] as Node
    for (const [at, one] of views) if (at !== address) one?.nodes.push(structuredClone(known))
    view(views, address).nodes = view(views, "10.0.0.2:1").nodes
    return views
  }

  test("is met again", () => {
    expect(decide(replaced(cluster([1, 0, 0]), "10.0.0.1:1"))).toEqual([
      "10.0.0.2:2 CLUSTER MEET 10.0.0.1 1 10001: is unknown",
    ])
  })

  test("and owned slots: its replica takes over, which an address that answers under another id prevents", () => {
    expect(decide(introduced(cluster(), "10.0.0.1:1"))).toEqual([
      "10.0.0.2:2 CLUSTER FAILOVER FORCE: its master is gone",
    ])
  })

  test("and owned none: its old id is forgotten by all, then it follows", () => {
    const views = introduced(cluster([1, 0, 0]), "10.0.0.1:1")
    const steps = decide(views)
    expect(steps).toHaveLength(6)
    expect(steps[0]).toBe(`10.0.0.1:1 CLUSTER FORGET ${idOf("10.0.0.1:1")}: is gone`)
    for (const one of views.values()) {
      if (one) one.nodes = one.nodes.filter(({ id }) => id !== idOf("10.0.0.1:1"))
    }
    expect(decide(views)).toEqual([
      `10.0.0.1:1 CLUSTER REPLICATE ${idOf("10.0.0.2:2")}: follows 10.0.0.2:2`,
    ])
  })

  test("together with its replica: sessions wait for somebody, a cache starts anew", () => {
    const views = introduced(cluster(), "10.0.0.1:1")
    const replica = view(views, "10.0.0.2:2")
    change(views, replica.id, { master: "-" })
    replica.keys = 0
    expect(decide(views)).toEqual([expect.stringContaining("bring the data back")])
    expect(decide(views, "--disposable")[0]).toContain("CLUSTER FORGET")
  })
})

test("a stranger that holds keys is never met: joining could cost it its data", () => {
  const views = cluster()
  views.set("10.0.0.1:2", { ...newborn("10.0.0.1:2"), keys: 3 })
  for (const one of views.values()) {
    if (one && one.nodes.length > 1) {
      one.nodes = one.nodes.filter(({ id }) => id !== idOf("10.0.0.1:2"))
    }
  }
  expect(decide(views)).toEqual(["10.0.0.1:2 is a stranger that holds data; somebody has to look"])
})

test("with a member down, whichever, no master moves and no data is dropped", () => {
  for (const [down, address] of members.entries()) {
    const views = cluster([down & 1, (down >> 1) & 1, (down >> 2) & 1])
    views.set(address, undefined)
    const commands = decide(views).filter((line) => line.includes("CLUSTER"))
    expect(commands).toEqual([])
  }
})
