import type { Contributions } from "../core/component.ts"
import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { formatPromDuration, type Scrape, type StaticTarget } from "../core/monitoring.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { alertmanagerPort } from "./ports.ts"

/** Where `deliver prometheus` puts the authority. */
const authority = "/run/prometheus/secrets/internal_ca"

/** Longest time a target may take; a target that is gone must not delay the next scrape. */
const scrapeTimeoutSeconds = 10

/** prometheus.yml: whom to ask, and where alerts go. Rules are files beside it. */
export function prometheusConfig(
  fleet: Fleet,
  monitoring: Monitoring,
  host: Host,
  all: Contributions,
): string {
  const interval = formatPromDuration(monitoring.scrapeIntervalSeconds)
  const timeout = Math.min(monitoring.scrapeIntervalSeconds, scrapeTimeoutSeconds)
  const config = {
    global: {
      scrape_interval: interval,
      scrape_timeout: formatPromDuration(timeout),
      evaluation_interval: interval,
      external_labels: { cluster: fleet.environment },
    },
    rule_files: ["rules/*.yml"],
    alerting: {
      alertmanagers: [
        { static_configs: [{ targets: [`${host.privateAddress}:${alertmanagerPort}`] }] },
      ],
    },
    scrape_configs: all.monitored.flatMap(({ monitored }) => monitored.scrapes).map(scrapeConfig),
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

function scrapeConfig(scrape: Scrape) {
  const { job, targets, path, parameters, tls, intervalSeconds, keep } = scrape
  return {
    job_name: job,
    ...(intervalSeconds === undefined
      ? {}
      : { scrape_interval: formatPromDuration(intervalSeconds) }),
    ...(path === undefined ? {} : { metrics_path: path }),
    ...(parameters === undefined ? {} : { params: parameters }),
    ...(keep === undefined
      ? {}
      : {
          metric_relabel_configs: [{ source_labels: ["__name__"], regex: keep, action: "keep" }],
        }),
    ...(tls ? { scheme: "https", tls_config: { ca_file: authority } } : {}),
    ...(Array.isArray(targets)
      ? { static_configs: targets.map(staticConfig), ...relabeled(targets) }
      : {
          dns_sd_configs: [
            {
              names: [`tasks.quickcart_${targets.service}`],
              type: "A",
              port: targets.port,
              refresh_interval: "10s",
            },
          ],
        }),
  }
}

function staticConfig({ address, labels, probes }: StaticTarget) {
  return {
    targets: [address],
    labels: { ...labels, ...(probes === undefined ? {} : { __param_target: probes }) },
  }
}

/** A prober's series are about what it asks, so that is their instance. */
function relabeled(targets: StaticTarget[]) {
  if (targets.every(({ probes }) => probes === undefined)) return {}
  return {
    relabel_configs: [{ source_labels: ["__param_target"], target_label: "instance" }],
  }
}
