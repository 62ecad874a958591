import {
  type Dashboard,
  graph,
  greenFrom,
  number,
  type Panel,
  rate,
  redFromOptional,
} from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import { everywhere, growing, steady } from "../core/monitoring.ts"

/** Slots of a Redis Cluster, whatever its size. */
const allSlots = 16_384

export function redisDashboard(fleet: Fleet, instances: Record<string, string>[]): Dashboard {
  // The exporter's own label `role` makes way for the host's.
  const masters = instances.map((labels) => ({ ...labels, exported_role: "master" }))
  const commands = instances.map((labels) => ({ ...labels, cmd: "get" }))
  const perStore = (metric: string) => `sum by (store) (${rate(metric)})`
  const hits = perStore("redis_keyspace_hits_total")
  const misses = perStore("redis_keyspace_misses_total")
  return {
    uid: "quickcart-redis",
    title: "Redis",
    description: "Are the sessions and the cache there, and have they room?",
    rows: [
      {
        title: "The clusters",
        panels: [
          number(
            {
              title: "Members that answer",
              description: "Masters and replicas of each cluster.",
              unit: "short",
              steps: greenFrom(instances.length / 2),
            },
            ['sum by (store) (redis_up{job="redis"})', "{{store}}"],
          ),
          number(
            {
              title: "Masters",
              description: "Each holds a part of the keys and has a replica on another host.",
              unit: "short",
            },
            ['count by (store) (redis_instance_info{exported_role="master"})', "{{store}}"],
          ),
          number(
            {
              title: "Slots",
              description: `Slots that a master serves, of ${allSlots}. Keys of a missing slot cannot be reached.`,
              unit: "short",
              steps: greenFrom(allSlots),
            },
            ["min by (store) (redis_cluster_slots_ok)", "{{store}}"],
          ),
        ],
      },
      {
        title: "Use",
        panels: [
          commandsOf(),
          graph(
            {
              title: "Time of a command",
              description: "Mean time that Redis itself took for a command.",
              unit: "s",
              mayBeEmpty: "Nobody asked",
            },
            [
              `${perStore("redis_commands_duration_seconds_total")} / (${perStore("redis_commands_total")} > 0)`,
              "{{store}}",
            ],
          ),
          graph(
            {
              title: "Hits",
              description:
                "Share of the keys asked for that were there. A cache that misses makes the database work.",
              unit: "percentunit",
              max: 1,
              mayBeEmpty: "Nobody asked",
            },
            [`${hits} / ((${hits} + ${misses}) > 0)`, "{{store}}"],
          ),
          graph(
            {
              title: "Clients",
              description: "Connections to all members of a cluster.",
              unit: "short",
            },
            ["sum by (store) (redis_connected_clients)", "{{store}}"],
          ),
        ],
      },
      {
        title: "Room",
        panels: [
          redisMemory(fleet),
          graph(
            {
              title: "Evicted",
              description:
                "Keys that a full cache let go. Of the sessions none may: a full one refuses writes.",
              unit: "ops",
            },
            [perStore("redis_evicted_keys_total"), "{{store}}"],
          ),
        ],
      },
    ],
    series: {
      ...everywhere(masters, "redis_instance_info", steady(1)),
      ...everywhere(commands, "redis_commands_total", growing(600)),
      ...everywhere(commands, "redis_commands_duration_seconds_total", growing(0.006)),
      ...everywhere(instances, "redis_cluster_slots_ok", steady(allSlots)),
      ...everywhere(instances, "redis_commands_processed_total", growing(600)),
      ...everywhere(instances, "redis_keyspace_hits_total", growing(540)),
      ...everywhere(instances, "redis_keyspace_misses_total", growing(60)),
      ...everywhere(instances, "redis_connected_clients", steady(5)),
      ...everywhere(instances, "redis_evicted_keys_total", steady(0)),
    },
  }
}

export function commandsOf(): Panel {
  return graph(
    {
      title: "Commands",
      description: "What all members of a cluster are asked.",
      unit: "ops",
    },
    [`sum by (store) (${rate("redis_commands_processed_total")})`, "{{store}}"],
  )
}

export function redisMemory({ scaling }: Fleet): Panel {
  return graph(
    {
      title: "Memory",
      description:
        "Share of its limit that each member uses. The line is for the sessions: a cache is full by design.",
      unit: "percentunit",
      max: 1,
      ...redFromOptional(scaling.redisMemory),
    },
    ["redis_memory_used_bytes / (redis_memory_max_bytes > 0)", "{{store}} {{node}}"],
  )
}
