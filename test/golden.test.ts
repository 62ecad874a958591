import { join } from "node:path"
import { expect, test } from "vitest"
import type { Fleet } from "../generators/core/fleet.ts"
import {
  databaseFixture,
  fleetFixture,
  logsFixture,
  monitoringFixture,
  objectStorageFixture,
} from "../generators/core/fleet-fixture.ts"
import { renderFleet } from "../generators/core/render.ts"
import { listFiles } from "../scripts/io/files.ts"

/** As the smallest, with every optional part of the model in use. */
function everything(): Fleet {
  const fleet = fleetFixture({ app: 6, loadBalancer: 3 })
  fleet.environment = "everything"
  fleet.source = "environments/everything.yaml"
  fleet.network.encryptedOverlay = true
  fleet.network.mtuBytes = 1450
  fleet.network.operators = ["198.51.100.0/28"]
  fleet.workload.data = { products: 1e5, users: 5e5, ordersPerDay: 1e4, imageBytes: 50e9 }
  fleet.registry = { address: "registry.example.test/quickcart", insecure: false }
  fleet.app.secrets = ["session_key"]
  fleet.app.replicas = 9
  fleet.app.update = { parallelism: 2, delaySeconds: 1.5, monitorSeconds: 10, deadlineSeconds: 600 }
  fleet.edge.maxConnections = 100_000
  fleet.edge.rateLimit = { requests: 50, periodSeconds: 10, burst: 100 }
  fleet.scaling = {
    loadBalancerCpu: 0.6,
    loadBalancerBitsPerSecond: 1.4e9,
    appCpu: 0.7,
    appMemory: 0.8,
    databaseCpu: 0.7,
    databaseDiskIops: 14_000,
    replicaReadLatencySeconds: 0.1,
    redisMemory: 0.7,
    objectStorageBitsPerSecond: 500e6,
  }
  fleet.database = { ...databaseFixture(), replication: "quorum" }
  fleet.objectStorage = objectStorageFixture()
  fleet.redis = { nodeTimeoutSeconds: 5, memoryBytes: { sessions: 500e6, cache: 1e9 } }
  fleet.objectives.latency = { thresholdSeconds: 0.3, share: 0.99 }
  fleet.monitoring = {
    ...monitoringFixture(),
    runbooks: "https://git.example.test/docs/runbooks",
    grafana: { image: `registry.example.test/grafana@sha256:${"1".repeat(64)}` },
    notify: {
      email: {
        to: "oncall@example.test",
        from: "alerts@example.test",
        smarthost: "mail.example.test:587",
        username: "alerts",
      },
      slackChannel: "#ops",
      pagerDuty: true,
      heartbeat: true,
    },
  }
  fleet.logs = { ...logsFixture(), requests: "failed" }
  fleet.flashSales = [
    {
      name: "harbolnas",
      start: "2026-12-12T19:00",
      durationSeconds: 10800,
      appHosts: 50,
      prewarmSeconds: 3600,
    },
  ]
  fleet.secrets = ["session_key"]
  return fleet
}

const golden = { smallest: fleetFixture(), everything: everything() }

for (const [name, fleet] of Object.entries(golden)) {
  const directory = join(import.meta.dirname, "golden", name)

  for (const { path, text } of renderFleet(fleet)) {
    test(`${name}: ${path}`, async () => {
      await expect(text).toMatchFileSnapshot(join(directory, path))
    })
  }

  test(`${name}: nothing that is rendered no more`, () => {
    const rendered = renderFleet(fleet).map((file) => file.path)
    expect(listFiles(directory).filter((path) => !rendered.includes(path))).toEqual([])
  })
}
