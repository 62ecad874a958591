import type { Component, ConfigFile, Contributions, ToolCheck } from "../core/component.ts"
import { internalAuthority } from "../core/credentials.ts"
import { explainingDashboards } from "../core/explaining-dashboards.ts"
import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { prometheusConfig } from "./config.ts"
import { prometheusDashboard } from "./dashboard.ts"
import { prometheusMonitoring } from "./monitoring.ts"
import { whereMonitored } from "./placement.ts"
import { healthyTest, rulePath, ruleTests } from "./rule-tests.ts"
import { ruleFile } from "./rules.ts"
import { prometheusConfigService, prometheusService } from "./service.ts"

const configPath = "configs/prometheus/prometheus.yml"

/** Asks everything in the fleet for its metrics, and judges them by the rules of all components. */
export const prometheus: Component = {
  name: "prometheus",
  contribute: (fleet) =>
    whereMonitored(fleet, (monitoring, host) => ({
      services: [
        {
          tier: "monitoring",
          name: "prometheus",
          rollout: { wave: waves.monitoring + 20, deadlineSeconds: 300, impact: "unseen" },
          definition: prometheusService(fleet, monitoring, host),
          configs: [],
        },
      ],
      credentials: [internalAuthority],
      monitored: withDashboard(prometheusMonitoring(host), (instances) =>
        prometheusDashboard(monitoring, instances),
      ),
    })),
  fold: (fleet, all) =>
    whereMonitored(fleet, (monitoring, host) => {
      const configs = configFiles(fleet, monitoring, host, all)
      const mounts = configs.map(({ key, path }) => ({
        source: key,
        target: path.replace("configs/prometheus/", "/config/"),
      }))
      return {
        services: [
          {
            tier: "monitoring",
            name: "prometheus-config",
            rollout: { wave: waves.monitoring + 10, deadlineSeconds: 180, impact: "reload" },
            definition: prometheusConfigService(fleet, host, mounts),
            configs,
          },
        ],
        checks: checks(fleet, all),
      }
    }),
}

function configFiles(
  fleet: Fleet,
  monitoring: Monitoring,
  host: Host,
  all: Contributions,
): ConfigFile[] {
  const dashboards = explainingDashboards(all)
  return [
    {
      key: "prometheus_yml",
      path: configPath,
      text: prometheusConfig(fleet, monitoring, host, all),
    },
    ...withRules(all).map(({ component, monitored }) => ({
      key: `rules_${component.replaceAll("-", "_")}`,
      path: rulePath(component),
      text: ruleFile(fleet, monitoring, component, monitored, dashboards.get(component)),
    })),
  ]
}

function withRules({ monitored }: Contributions): Contributions["monitored"] {
  return monitored.filter(
    ({ monitored: { recordings, alerts } }) => recordings.length + alerts.length > 0,
  )
}

function checks(fleet: Fleet, all: Contributions): ToolCheck[] {
  const rules = { ...all, monitored: withRules(all) }
  return [
    {
      name: "promtool check config",
      image: "prometheus",
      // The authority is a secret: any file stands in for it.
      command: [
        "mkdir -p /run/prometheus/secrets && touch /run/prometheus/secrets/internal_ca",
        `promtool check config --lint=all --lint-fatal /stack/${configPath}`,
      ].join("\n"),
    },
    {
      name: "promtool check rules",
      image: "prometheus",
      command: `promtool check rules --lint=all --lint-fatal /stack/${rulePath("*")}`,
    },
    ...rules.monitored
      .filter(({ monitored }) => monitored.alerts.length > 0)
      .map(({ component, monitored }) =>
        testCheck(`promtool test rules ${component}`, () => ruleTests(rules, component, monitored)),
      ),
    testCheck(`promtool test rules of a healthy ${fleet.environment}`, () => healthyTest(rules)),
  ]
}

/** The tests are written out only when they are run: rendering an environment need not wait for it. */
export function testCheck(name: string, tests: () => string): ToolCheck {
  return {
    name,
    image: "prometheus",
    get command() {
      return `cat > /tmp/tests.yml <<'END'\n${tests()}END\npromtool test rules /tmp/tests.yml`
    },
  }
}
