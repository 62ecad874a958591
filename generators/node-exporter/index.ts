import { maxAppHosts } from "../app/task-count.ts"
import type { Component, ExpectedAlert, ServiceEntry } from "../core/component.ts"
import type { Fleet, Flow } from "../core/fleet.ts"
import { rollDeadlineSeconds } from "../core/one-by-one.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { nodeDashboard } from "./dashboard.ts"
import { elasticServiceName, nodeMonitoring, pinnedHosts } from "./monitoring.ts"
import { nodeExporterPort } from "./ports.ts"
import { elasticService, pinnedService } from "./service.ts"

/** Processors, memory, disks and addresses of every host of the Swarm. */
export const nodeExporter: Component = {
  name: "node-exporter",
  contribute: (fleet) =>
    whereMonitored(fleet, () => ({
      services: services(fleet),
      flows: flows(fleet),
      monitored: withDashboard(nodeMonitoring(fleet), nodeDashboard),
    })),
}

function services(fleet: Fleet): ServiceEntry[] {
  const entry = (
    name: string,
    definition: ServiceEntry["definition"],
    hosts: number,
    alerts: ExpectedAlert[],
  ): ServiceEntry => ({
    tier: "monitoring",
    name,
    rollout: {
      wave: waves.monitoring,
      deadlineSeconds: rollDeadlineSeconds(hosts),
      impact: "unseen",
      alerts,
    },
    definition,
    configs: [],
  })
  return [
    entry("node-exporter", pinnedService(fleet), pinnedHosts(fleet).length, [
      { name: "NodeUnobserved" },
    ]),
    entry(elasticServiceName, elasticService(fleet), maxAppHosts(fleet), [{ name: "AppNodeDown" }]),
  ]
}

function flows(fleet: Fleet): Flow[] {
  const roles = [...new Set(pinnedHosts(fleet).map(({ role }) => role))]
  return roles.map((to) => ({
    from: "manager",
    to,
    protocol: "tcp",
    port: nodeExporterPort,
    service: "node exporter",
  }))
}
