import { answeringTasks, appHosts, hostCpu, latency, taskCpu } from "../app/dashboard.ts"
import type { Dashboard, Row } from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import {
  answers,
  balancerCpu,
  bandwidth,
  connections,
  errorShare,
  queue,
  requestsByBalancer,
  tasksInBalancing,
} from "../haproxy/dashboard.ts"
import { databaseCpu, replicationLag, walWritten } from "../patroni/dashboard.ts"
import { poolUse } from "../pgbouncer-exporter/dashboard.ts"
import { commandsOf, redisMemory } from "../redis-exporter/dashboard.ts"

/** What people watch while ten times the visitors are there: from the edge inwards. */
export function flashSale(fleet: Fleet): Dashboard {
  return {
    uid: "quickcart-flash-sale",
    title: "Flash sale",
    description: "Does the fleet carry the sale, and what becomes full first?",
    rows: [
      {
        title: "Visitors",
        panels: [requestsByBalancer(fleet), answers(), errorShare(fleet), latency(fleet)],
      },
      {
        title: "The shop",
        panels: [
          answeringTasks(fleet),
          tasksInBalancing(fleet),
          appHosts(fleet),
          queue(),
          taskCpu(fleet),
          hostCpu(fleet),
        ],
      },
      { title: "Load balancers", panels: [connections(), bandwidth(fleet), balancerCpu(fleet)] },
      ...behind(fleet),
    ],
    series: {},
  }
}

/** The stores, which a sale does not make more of. */
function behind(fleet: Fleet): Row[] {
  const { database, redis } = fleet
  const panels = [
    ...(database === null
      ? []
      : [
          poolUse(fleet, database),
          databaseCpu(fleet),
          walWritten(),
          replicationLag(fleet, database),
        ]),
    ...(redis === null ? [] : [commandsOf(), redisMemory(fleet)]),
  ]
  return panels.length === 0 ? [] : [{ title: "Stores", panels }]
}
