import type { Fleet } from "../core/fleet.ts"
import { type Alert, everywhere, type Monitored, steady } from "../core/monitoring.ts"
import { instancesOf, upSeries } from "../core/target-alerts.ts"
import { standInHost } from "../object-storage/stand-in.ts"
import { imageProbe, storageModule } from "./config.ts"
import { fromBalancers, type Probes } from "./probes.ts"

/** A provider's storage answers again within it when one of its addresses goes. */
const silenceSeconds = 120

/** Name of the alert that a shop which does not answer explains. */
export const imagesAlert = "ImagesUnreachable"

/** Object storage, and the product images in it where browsers find them. */
export function storageMonitoring(fleet: Fleet): Monitored[] {
  return [...endpoint(fleet), ...images(fleet)]
}

function endpoint(fleet: Fleet): Monitored[] {
  if (fleet.objectStorage === null) return []
  const probe = fromBalancers(fleet, {
    job: "storage-probe",
    module: storageModule,
    address: fleet.objectStorage.endpoint,
    // Outside the box the certificate is the provider's own affair.
    labels: standInHost(fleet) === undefined ? {} : { certificate: "s3_tls" },
  })
  return [
    unanswered(probe, {
      name: "ObjectStorageUnreachable",
      severity: "critical",
      summary: "Object storage does not answer at {{ $labels.instance }}",
      description:
        "Product images are missing where no cache has them, and backups cannot be stored.",
      inhibits: { alerts: [imagesAlert], equal: [] },
    }),
  ]
}

function images(fleet: Fleet): Monitored[] {
  const asked = imageProbe(fleet)
  if (asked === null) return []
  return [
    unanswered(fromBalancers(fleet, { job: "images-probe", ...asked }), {
      name: imagesAlert,
      severity: "warning",
      summary: "A product image cannot be read at {{ $labels.instance }}",
      description:
        "Though object storage answers: the image is gone, or not everybody may read it.",
    }),
  ]
}

type Wording = Pick<Alert, "name" | "severity" | "summary" | "description" | "inhibits">

/** Fires when no load balancer gets an answer; without load balancers nothing is known. */
function unanswered(probe: Probes, wording: Wording): Monitored {
  const probes = instancesOf(probe)
  const fail = (count: number) => everywhere(probes.slice(0, count), "probe_success", steady(0))
  return {
    scrapes: [probe],
    recordings: [],
    alerts: [
      {
        ...wording,
        expression: `max by (instance) (probe_success{job="${probe.job}"}) == 0`,
        forSeconds: silenceSeconds,
        tests: {
          fires: { when: "none gets an answer", series: fail(probes.length), atMinutes: 5 },
          silent: { when: "one gets an answer", series: fail(probes.length - 1), atMinutes: 10 },
        },
      },
    ],
    healthy: { ...upSeries(probe), ...everywhere(probes, "probe_success", steady(1)) },
  }
}
