import type { Fleet, Flow, Host } from "../core/fleet.ts"
import {
  type Alert,
  changing,
  everywhere,
  growing,
  type Monitored,
  type Scrape,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostTarget, instancesOf, targetDown, upSeries } from "../core/target-alerts.ts"
import { pinnedHosts } from "../node-exporter/monitoring.ts"

/** Where Docker shows its own metrics and, on managers, Swarm's. */
export const dockerMetricsPort = 9323

/** A host that restarts is a node again within it. */
const nodeDownSeconds = 300

/** A busy moment passes within it. */
const healthCheckSeconds = 600

/** In five minutes; a check that meets a container which is just stopped cannot be run either. */
const failedHealthChecks = 10

/** What is stored; most of what an engine shows are histograms of its own and Raft's calls. */
const metrics =
  "swarm_manager_.*|engine_daemon_(container_states_containers|events_total|health_checks_.*total)"

type Labels = Record<string, string>

/**
 * Hosts whose Docker shows its metrics: those with a fixed address and no public one. Docker can
 * listen at one address only, and the file that says so is the same on all hosts of a role, so it
 * says every address; on a load balancer that would be the Internet's too.
 */
export function dockerHosts(fleet: Fleet): Host[] {
  if (fleet.monitoring === null) return []
  return pinnedHosts(fleet).filter(({ publicAddress }) => publicAddress === null)
}

/** For Prometheus, which runs on a manager. */
export function dockerFlows(fleet: Fleet): Flow[] {
  return [...new Set(dockerHosts(fleet).map(({ role }) => role))].map((to) => ({
    from: "manager",
    to,
    protocol: "tcp",
    port: dockerMetricsPort,
    service: "Docker metrics",
  }))
}

/** Docker on the hosts, and the Swarm as its managers see it. */
export function dockerMonitoring(fleet: Fleet): Monitored {
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "docker",
    targets: dockerHosts(fleet).map((host) => hostTarget(host, dockerMetricsPort)),
    keep: metrics,
  }
  const engines = instancesOf(scrape)
  const managers = engines.filter(({ role }) => role === "manager")
  const nodes = fleet.hosts.filter(({ role }) => role !== "bastion").length
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      targetDown(scrape, {
        name: "DockerDown",
        severity: "warning",
        summary: "Docker on {{ $labels.node }} does not answer",
        description:
          "The host does: its containers may go on, but nothing there is started, replaced or checked.",
      }),
      withoutLeader(managers),
      nodeDown(managers),
      healthChecksFail(engines),
    ],
    healthy: {
      ...upSeries(scrape),
      ...everywhere(managers.slice(1), "swarm_manager_leader", steady(0)),
      ...everywhere(managers.slice(0, 1), "swarm_manager_leader", steady(1)),
      ...everywhere(managers.map(ready), "swarm_manager_nodes", steady(nodes)),
      ...everywhere(managers.map(down), "swarm_manager_nodes", steady(0)),
      ...everywhere(engines, failedChecks, steady(0)),
    },
  }
}

const ready = (labels: Labels) => ({ ...labels, state: "ready" })
const down = (labels: Labels) => ({ ...labels, state: "down" })
const failedChecks = "engine_daemon_health_checks_failed_total"

function withoutLeader(managers: Labels[]): Alert {
  const quorum = Math.floor(managers.length / 2) + 1
  const [first = {}, second = {}] = managers
  const leads = (labels: Labels) => series("swarm_manager_leader", labels)
  return {
    name: "SwarmWithoutLeader",
    severity: "critical",
    // Of managers that answer: DockerDown tells of the others, and of hosts that are older than this.
    expression: 'sum(swarm_manager_leader{role="manager"}) == 0',
    forSeconds: 60,
    summary: "No manager leads the Swarm",
    description: `Fewer than ${quorum} of ${managers.length} managers reach one another. What runs goes on; nothing that fails is replaced, and nothing can be deployed.`,
    tests: {
      fires: {
        when: "the quorum is lost",
        series: { [leads(first)]: changing(1, 10, 0) },
        atMinutes: 12,
      },
      silent: {
        when: "another is about to be elected",
        series: { [leads(first)]: changing(1, 10, 0), [leads(second)]: changing(0, 11, 1) },
        atMinutes: 10,
      },
    },
  }
}

function nodeDown([leader = {}, follower = {}]: Labels[]): Alert {
  const lost = (of: Labels, values: string) => ({
    [series("swarm_manager_nodes", down(of))]: values,
  })
  return {
    name: "SwarmNodeDown",
    severity: "warning",
    // Every manager counts, but only the leader hears of the nodes.
    expression:
      'sum(swarm_manager_nodes{state="down"} and on (instance) swarm_manager_leader == 1) > 0',
    forSeconds: nodeDownSeconds,
    summary: "{{ $value }} nodes of the Swarm are down",
    description:
      "Their tasks run elsewhere or, where they are pinned, not at all. A host that was replaced stays listed until its node is removed.",
    tests: {
      fires: { when: "a node does not come back", series: lost(leader, steady(1)), atMinutes: 8 },
      silent: {
        when: "a node restarts, and a manager is cut off",
        series: { ...lost(leader, "0x9 1x2 0x4000"), ...lost(follower, steady(9)) },
        atMinutes: 12,
      },
    },
  }
}

function healthChecksFail([first = {}]: Labels[]): Alert {
  const failing = (values: string) => ({ [series(failedChecks, first)]: values })
  return {
    name: "HealthChecksFail",
    severity: "warning",
    // A check that ran and said no is not counted: Swarm replaces that container by itself.
    expression: `increase(${failedChecks}[5m]) > ${failedHealthChecks}`,
    forSeconds: healthCheckSeconds,
    summary: "Docker on {{ $labels.node }} cannot run health checks",
    description:
      "It takes containers for sick that are well, and kills them: the host is out of processes or memory, or Docker is stuck.",
    tests: {
      fires: { when: "six a minute cannot be run", series: failing(growing(6)), atMinutes: 20 },
      silent: {
        when: "those of one moment could not",
        series: failing("0x9 40x4000"),
        atMinutes: 13,
      },
    },
  }
}
