import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy } from "../fleet-access.ts"
import { startAsVisitor } from "../load.ts"
import { atMost, atMostTime } from "../report.ts"
import { loseHosts } from "./failover.ts"
import { failoverSeconds } from "./failover-bounds.ts"
import { awaitDatabase, sqlIn, switchover } from "./members.ts"
import {
  type KeptOrder,
  type Purchase,
  type PurchaseSummary,
  purchaseSummary,
} from "./purchases.ts"
import { sum } from "./under-probe.ts"

/** Time between two buyers. */
const everyMs = 200
/** A buyer sends an order again for as long: twice the longest failover. */
const patienceMs = 2000 * failoverSeconds
/** The shop gives up after 12 s, and its buyer's next try may begin another. */
const longestOrderSeconds = failoverSeconds + 15
/** Acknowledged orders that asynchronous replication may lose: those of the last second. */
const lostAtMost = 10
const marginMs = 3000
const longestSeconds = 300

/** What the shop's customers notice of a change of the primary, and whether each order is kept once. */
export const ordersKept: Drill = {
  name: "orders-kept",
  environment: "local-data",
  summary:
    "visitors buy while the primary is switched over and while its host is lost: every acknowledged order is kept, once",
  run: async (context) => {
    const planned = await underBuyers(context, async () =>
      context.report(await switchover(context)),
    )
    const losses: PurchaseSummary[] = []
    for (let time = 0; time < (context.thorough ? 3 : 1); time += 1) {
      losses.push(await underBuyers(context, () => loseHost(context)))
    }
    const all = [planned, ...losses]
    const count = (of: (one: PurchaseSummary) => string[]) => sum(all.map((one) => of(one).length))
    const slowest = all.map(({ longestOrderMs }) => Number((longestOrderMs / 1000).toFixed(2)))
    return {
      parameters: { buyersPerSecond: 1000 / everyMs, patienceSeconds: patienceMs / 1000 },
      samples: slowest,
      unit: "s for the slowest order (a switchover, losses of the primary's host)",
      bounds: [
        atMost("runs in which nobody bought", all.filter(({ buyers }) => buyers === 0).length, 0),
        atMost("orders sent again in the switchover", sum(Object.values(planned.sentAgain)), 0),
        atMost("buyers who got no order", sum(all.map(({ gaveUp }) => gaveUp)), 0),
        atMost("acknowledged orders lost by the switchover", planned.lost.length, 0),
        atMost(
          "acknowledged orders lost with the host",
          sum(losses.map(({ lost }) => lost.length)),
          lostAtMost * losses.length,
        ),
        atMost(
          "orders kept twice, or another than acknowledged",
          count((one) => one.doubled),
          0,
        ),
        atMost(
          "orders kept without what was bought",
          count((one) => one.empty),
          0,
        ),
        atMostTime("slowest order (s)", Math.max(...slowest), longestOrderSeconds),
      ],
      details: all,
    }
  },
}

async function loseHost(context: DrillContext): Promise<void> {
  const { repair } = await loseHosts(context, await awaitDatabase(context))
  await repair()
}

/** Runs `body` while visitors buy, and looks for what they were told in the database. */
async function underBuyers(
  context: DrillContext,
  body: () => Promise<void>,
): Promise<PurchaseSummary> {
  await awaitHealthy(context)
  await awaitDatabase(context)
  const { fleet, state } = context
  const run = `drill-${randomBytes(6).toString("hex")}`
  const buyers = await startAsVisitor(fleet, state, join(import.meta.dirname, "buyers.js"), {
    address: fleet.network.vip,
    hostname: fleet.hostname,
    run,
    everyMs,
    seconds: longestSeconds,
    patienceMs,
  })
  try {
    await delay(marginMs)
    await body()
    await delay(marginMs)
  } finally {
    await buyers.stop().catch(() => {})
  }
  const summary = purchaseSummary((await buyers.stop()) as Purchase[], await kept(context, run))
  const { lost, doubled, empty, ...numbers } = summary
  context.report(
    `${JSON.stringify(numbers)}; ${lost.length} lost, ${doubled.length} doubled, ${empty.length} empty`,
  )
  return summary
}

/** The orders of a run. */
async function kept(context: DrillContext, run: string): Promise<KeptOrder[]> {
  const lines = "(select count(*) from order_lines where order_id = orders.id)"
  const select = `select id, idempotency_key, ${lines} from orders where idempotency_key like '${run}-%'`
  const printed = await sqlIn(context, await awaitDatabase(context), select)
  return printed
    .split("\n")
    .filter(Boolean)
    .map((row) => {
      const [id = "", key = "", count] = row.split("|")
      return { id, key, lines: Number(count) }
    })
}
