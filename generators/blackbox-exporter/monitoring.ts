import type { Fleet } from "../core/fleet.ts"
import {
  type Alert,
  everywhere,
  type Monitored,
  type Scrape,
  type Series,
  type StaticTarget,
  steady,
} from "../core/monitoring.ts"
import { hostsOf } from "../core/roles.ts"
import { hostTarget, instancesOf, upSeries } from "../core/target-alerts.ts"
import { shopAddress, shopModule } from "./config.ts"

/** Where the prober of a load balancer answers Prometheus. */
export const probePort = 9115

const secondsPerDay = 86_400

/** As early as `quickcart status` warns. */
const renewDays = 21
/** Too late for a ticket: some authorities take days. */
const urgentDays = 7

type Labels = Record<string, string>

/** The shop as visitors find it, asked from the load balancers: only they reach the floating IP. */
export function probeMonitoring(fleet: Fleet): Monitored {
  const scrape: Scrape & { targets: StaticTarget[] } = {
    job: "shop-probe",
    path: "/probe",
    parameters: { module: [shopModule] },
    targets: hostsOf(fleet, "loadBalancer").map((host) => ({
      ...hostTarget(host, probePort),
      probes: shopAddress(fleet),
    })),
  }
  const probes = instancesOf(scrape)
  return {
    scrapes: [scrape],
    recordings: [],
    alerts: [
      unreachable(fleet, probes),
      certificate(probes, "CertificateExpiresSoon", "warning", renewDays),
      {
        ...certificate(probes, "CertificateExpiresNow", "critical", urgentDays),
        inhibits: { alerts: ["CertificateExpiresSoon"], equal: [] },
      },
    ],
    healthy: {
      ...upSeries(scrape),
      ...everywhere(probes, "probe_success", steady(1)),
      ...expiry(probes, 60),
    },
  }
}

function unreachable(fleet: Fleet, probes: Labels[]): Alert {
  return {
    name: "ShopUnreachable",
    severity: "critical",
    // No series at all is what the loss of every load balancer looks like.
    expression: '(max(probe_success{job="shop-probe"}) or vector(0)) == 0',
    // The first probe after a start comes within two looks at the rules.
    forSeconds: 45,
    summary: `The shop does not answer at ${fleet.network.vip}`,
    description: "No load balancer gets an answer from the floating IP.",
    inhibits: {
      alerts: ["AvailabilityBurnsFast", "AvailabilityBurnsSlowly", "AvailabilityUnknown"],
      equal: [],
    },
    tests: {
      fires: {
        when: "no load balancer is left to ask",
        series: everywhere(probes, "probe_success", null),
        atMinutes: 2,
      },
      silent: {
        when: "one of them gets an answer",
        series: everywhere(probes.slice(1), "probe_success", steady(0)),
        atMinutes: 5,
      },
    },
  }
}

function certificate(
  probes: Labels[],
  name: string,
  severity: Alert["severity"],
  days: number,
): Alert {
  return {
    name,
    severity,
    expression: `(min(probe_ssl_earliest_cert_expiry{job="shop-probe"}) - time()) / ${secondsPerDay} < ${days}`,
    forSeconds: 600,
    summary: "The shop's certificate expires in {{ $value | humanize }} days",
    description: "Then browsers refuse the shop. It is the secret edge_tls.",
    tests: {
      fires: { when: "a day less is left", series: expiry(probes, days - 1), atMinutes: 15 },
      silent: { when: "a day more is left", series: expiry(probes, days + 1), atMinutes: 15 },
    },
  }
}

/** Tests begin at the time 0. */
function expiry(probes: Labels[], days: number): Series {
  return everywhere(probes, "probe_ssl_earliest_cert_expiry", steady(days * secondsPerDay))
}
