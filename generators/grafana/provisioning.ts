import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { formatPromDuration } from "../core/monitoring.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { prometheusPort } from "../prometheus/ports.ts"
import { datasourceUid } from "./datasource.ts"

/** Where the dashboards lie in Grafana's container. */
export const dashboardsDirectory = "/etc/grafana/dashboards"

/** What Grafana asks: the Prometheus beside it. */
export function datasources(fleet: Fleet, monitoring: Monitoring, host: Host): string {
  const config = {
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: "Prometheus",
        uid: datasourceUid,
        type: "prometheus",
        access: "proxy",
        url: `http://${host.privateAddress}:${prometheusPort}`,
        isDefault: true,
        editable: false,
        jsonData: {
          // Windows of rates follow from it ($__rate_interval).
          timeInterval: formatPromDuration(monitoring.scrapeIntervalSeconds),
          httpMethod: "POST",
        },
      },
    ],
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

/** Where Grafana finds the dashboards: files, which win over what people change. */
export function dashboardProvider(fleet: Fleet): string {
  const config = {
    apiVersion: 1,
    providers: [
      {
        name: "quickcart",
        type: "file",
        disableDeletion: true,
        allowUiUpdates: false,
        options: { path: dashboardsDirectory, foldersFromFilesStructure: true },
      },
    ],
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}
