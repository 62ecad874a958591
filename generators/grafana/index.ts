import { canonicalJson } from "../core/canonical.ts"
import type { Component, ConfigFile, Contributions } from "../core/component.ts"
import type { Dashboard } from "../core/dashboard.ts"
import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { waves } from "../core/waves.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { dashboardCheck } from "./dashboard-check.ts"
import { dashboardJson } from "./dashboard-json.ts"
import { flashSale } from "./flash-sale.ts"
import { overview } from "./overview.ts"
import { dashboardProvider, dashboardsDirectory, datasources } from "./provisioning.ts"
import { adminPassword, grafanaService } from "./service.ts"

const folder = "configs/grafana"

/**
 * Shows people how the fleet is. The dashboards are rendered wherever there is monitoring, so
 * that they can be proved there; Grafana runs where the spec names its image.
 */
export const grafana: Component = {
  name: "grafana",
  contribute: (fleet) =>
    whereMonitored(fleet, ({ grafana }) =>
      grafana === null ? {} : { credentials: [adminPassword] },
    ),
  fold: (fleet, all) =>
    whereMonitored(fleet, (monitoring, host) => {
      const files = configFiles(fleet, monitoring, host, all)
      const checks = [dashboardCheck(all, dashboardsOf(fleet, all))]
      if (monitoring.grafana === null) {
        return { checks, files: files.map(({ path, text }) => ({ path, text })) }
      }
      return {
        checks,
        services: [
          {
            tier: "monitoring",
            name: "grafana",
            rollout: { wave: waves.monitoring + 20, deadlineSeconds: 300, impact: "unseen" },
            definition: grafanaService(
              monitoring.grafana.image,
              host,
              files.map(({ key, path }) => ({ source: key, target: mountedAt(path) })),
              mountedAt(dashboardPath("quickcart-overview")),
            ),
            configs: files,
          },
        ],
      }
    }),
}

/** The overview, the flash sale, and what each component shows of itself. */
export function dashboardsOf(fleet: Fleet, all: Contributions): Dashboard[] {
  const own = all.monitored.flatMap(({ monitored: { dashboard } }) => dashboard ?? [])
  return [overview(fleet, all), flashSale(fleet), ...own]
}

function configFiles(
  fleet: Fleet,
  monitoring: Monitoring,
  host: Host,
  all: Contributions,
): ConfigFile[] {
  return [
    {
      key: "grafana_datasources",
      path: `${folder}/provisioning/datasources/prometheus.yaml`,
      text: datasources(fleet, monitoring, host),
    },
    {
      key: "grafana_dashboards",
      path: `${folder}/provisioning/dashboards/files.yaml`,
      text: dashboardProvider(fleet),
    },
    ...dashboardsOf(fleet, all).map((dashboard) => ({
      key: `grafana_${dashboard.uid.replaceAll("-", "_")}`,
      path: dashboardPath(dashboard.uid),
      text: canonicalJson(dashboardJson(fleet, monitoring, dashboard)),
    })),
  ]
}

function dashboardPath(uid: string): string {
  return `${folder}/dashboards/QuickCart/${uid}.json`
}

/** Where a file of `configs/grafana` lies in the container. */
function mountedAt(path: string): string {
  return path
    .replace(`${folder}/dashboards`, dashboardsDirectory)
    .replace(`${folder}/provisioning`, "/etc/grafana/provisioning")
}
