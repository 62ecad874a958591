import type { Fleet, Host, Logs } from "../core/fleet.ts"
import {
  formatPromDuration,
  type Monitored,
  type Scrape,
  type StaticTarget,
  series,
  steady,
} from "../core/monitoring.ts"
import { hostTarget, instancesOf, targetDown, upSeries } from "../core/target-alerts.ts"
import { shippingHosts } from "./placement.ts"
import { logStoreMetricsPort } from "./ports.ts"

/** Ten signs of life that did not come. */
const silentSeconds = 600

/** Share of the bound from which on removing the oldest is near. */
const nearBound = 0.9

/** Logs are for looking back at least a day: a problem of the night is read in the morning. */
const leastKeptSeconds = 86_400

/** A metric that is the time of now, a minute ago the time of then: tests begin at the epoch. */
const now = "0+60x4500"

export function logMonitoring(fleet: Fleet, logs: Logs, store: Host): Monitored {
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "log-store",
    targets: [hostTarget(store, logStoreMetricsPort)],
  }
  const [labels = {}] = instancesOf(scrape)
  const wanted = Math.min(leastKeptSeconds, logs.retentionSeconds)
  const received = (host: string) =>
    series("log_store_received_timestamp_seconds", { ...labels, host })
  const stored = series("log_store_bytes", labels)
  const oldest = series("log_store_oldest_timestamp_seconds", labels)
  const hosts = shippingHosts(fleet).map(({ name }) => name)
  const first = received(hosts[0] ?? "")
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      targetDown(scrape, {
        name: "LogStoreDown",
        severity: "warning",
        summary: "The log store on {{ $labels.node }} does not answer",
        description:
          "No logs are stored. Every host keeps what it could not send, up to a bound, and sends it later.",
      }),
      {
        name: "LogsMissing",
        severity: "warning",
        // Of the host that is silent, not of the store's: held back while that one is down.
        expression: `label_replace(time() - log_store_received_timestamp_seconds > ${silentSeconds}, "node", "$1", "host", "(.+)")`,
        forSeconds: 60,
        summary: "No logs of {{ $labels.node }} arrive",
        description: `For ${formatPromDuration(silentSeconds)} not even the sign of life of its shipper was stored.`,
        tests: {
          fires: {
            when: "one host has been silent for 15 minutes",
            series: { [first]: `0+60x9 540x4000` },
            atMinutes: 25,
          },
          silent: {
            when: "one has been silent for five minutes",
            series: { [first]: "0+60x9 540x5 900+60x4000" },
            atMinutes: 15,
          },
        },
      },
      {
        name: "LogsKeptTooShort",
        severity: "warning",
        expression: `log_store_bytes / log_store_limit_bytes > ${nearBound} and time() - log_store_oldest_timestamp_seconds < ${wanted}`,
        forSeconds: 900,
        summary: "The log store is nearly full with {{ $value | humanizePercentage }} of its bound",
        description: `Its oldest lines are younger than ${formatPromDuration(wanted)} and are removed next.`,
        tests: {
          fires: {
            when: "an hour of logs fills the store",
            series: {
              [stored]: steady(0.95 * logs.storageBytes),
              [oldest]: `0x59 0+60x4400`,
            },
            atMinutes: 120,
          },
          silent: {
            when: "the store is as full, with logs of two days",
            series: { [stored]: steady(0.95 * logs.storageBytes), [oldest]: steady(0) },
            atMinutes: 2880,
          },
        },
      },
    ],
    healthy: {
      ...upSeries(scrape),
      ...Object.fromEntries(hosts.map((name) => [received(name), now])),
      [stored]: steady(0.5 * logs.storageBytes),
      [series("log_store_limit_bytes", labels)]: steady(logs.storageBytes),
      [oldest]: steady(0),
    },
  }
}
