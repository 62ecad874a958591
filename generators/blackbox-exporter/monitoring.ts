import type { Fleet, Host } from "../core/fleet.ts"
import { type Alert, everywhere, type Monitored, series, steady } from "../core/monitoring.ts"
import { instancesOf, upSeries } from "../core/target-alerts.ts"
import { certificateAlerts, certificateScrape, expiry } from "./certificates.ts"
import { shopAddress, shopModule } from "./config.ts"
import { fromBalancers, type Labels, type Probes } from "./probes.ts"
import { imagesAlert, storageMonitoring } from "./storage.ts"

/** Certificates are looked at every few minutes. */
const proberSilenceSeconds = 600

/** The shop and its images as visitors find them, object storage, and every certificate. */
export function probeMonitoring(fleet: Fleet, host: Host): Monitored {
  const shop = fromBalancers(fleet, {
    job: "shop-probe",
    module: shopModule,
    address: shopAddress(fleet),
    labels: { certificate: "edge_tls" },
  })
  const certificates = certificateScrape(fleet, host)
  const storage = storageMonitoring(fleet)
  const scrapes = [
    shop,
    ...storage.flatMap((part) => part.scrapes),
    ...(certificates === null ? [] : [certificates]),
  ]
  const probes = instancesOf(shop)
  const shown = scrapes.flatMap((scrape) => instancesOf(scrape)).filter((of) => of.certificate)
  return {
    scrapes,
    recordings: [],
    alerts: [
      unreachable(fleet, probes),
      ...storage.flatMap((part) => part.alerts),
      ...certificateAlerts(probes),
      proberDown(shop),
    ],
    healthy: {
      ...Object.assign({}, ...scrapes.map((scrape) => upSeries(scrape))),
      ...Object.assign({}, ...storage.map((part) => part.healthy)),
      ...everywhere(probes, "probe_success", steady(1)),
      ...expiry(shown, 60),
    },
  }
}

function unreachable(fleet: Fleet, probes: Labels[]): Alert {
  const { vip } = fleet.network
  const success = 'probe_success{job="shop-probe"}'
  const owner = `node_network_address_info{address="${vip}"}`
  return {
    name: "ShopUnreachable",
    severity: "critical",
    // The owner's own probe never leaves its host, so the others' count, when there are any. No
    // series at all is what the loss of every load balancer looks like.
    expression: `(max(${success} unless on(node) ${owner}) or max(${success}) or vector(0)) == 0`,
    // The first probe after a start comes within two looks at the rules.
    forSeconds: 45,
    summary: `The shop does not answer at ${vip}`,
    description:
      "No load balancer gets an answer from the floating IP, but for its owner, whose question never leaves the host.",
    inhibits: {
      alerts: [
        "AvailabilityBurnsFast",
        "AvailabilityBurnsSlowly",
        "AvailabilityUnknown",
        imagesAlert,
      ],
      equal: [],
    },
    tests: {
      fires: {
        when: "no load balancer is left to ask",
        series: everywhere(probes, "probe_success", null),
        atMinutes: 2,
      },
      firesToo: [
        {
          when: "only the owner of the floating IP reaches it, which is itself",
          series: everywhere(probes.slice(1), "probe_success", steady(0)),
          atMinutes: 5,
        },
      ],
      silent: {
        when: "the owner is the only one left to ask",
        series: everywhere(probes.slice(1), "probe_success", null),
        atMinutes: 5,
      },
    },
  }
}

/** Of a prober that is gone nothing is told: what it asks is as well as ever. */
function proberDown(shop: Probes): Alert {
  const [first = {}] = instancesOf(shop)
  const silent = (minutes: number) => ({ [series("up", first)]: `1x9 0x${minutes - 1} 1x4000` })
  return {
    name: "ProberDown",
    severity: "warning",
    expression: 'up{job=~".*-probe|certificates"} == 0',
    forSeconds: proberSilenceSeconds,
    summary: "The prober that asks {{ $labels.instance }} does not answer ({{ $labels.job }})",
    description: "What only it asks is not watched until it is back.",
    tests: {
      fires: { when: "one is gone for a quarter of an hour", series: silent(15), atMinutes: 22 },
      silent: { when: "one restarts", series: silent(2), atMinutes: 11 },
    },
  }
}
