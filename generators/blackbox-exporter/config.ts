import type { Fleet } from "../core/fleet.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { sampleImages } from "../object-storage/buckets.ts"

/** Name of the module that asks the shop as a visitor does. */
export const shopModule = "shop"
/** Name of the module that asks whether object storage answers at all. */
export const storageModule = "storage"
/** Name of the module that reads what anybody may read. */
const bucketModule = "bucket"
/** Name of the module that looks at the certificate of whatever speaks TLS. */
export const certificateModule = "certificate"

/** Any answer of S3 to somebody it does not know: redirects, refusals, or a page of its own. */
const storageAnswers = [200, 204, 301, 302, 303, 307, 308, 400, 403, 404, 405]

/** blackbox.yml: how the shop is asked at its floating IP, and what else is asked from outside. */
export function blackboxConfig(fleet: Fleet): string {
  const config = {
    modules: {
      [shopModule]: asVisitor(fleet),
      ...(fleet.objectStorage === null
        ? {}
        : {
            [storageModule]: http(fleet, { valid_status_codes: storageAnswers }),
            [bucketModule]: http(fleet, { valid_status_codes: [200] }),
          }),
      [certificateModule]: {
        prober: "tcp",
        timeout: "5s",
        tcp: {
          preferred_ip_protocol: "ip4",
          ip_protocol_fallback: false,
          tls: true,
          // How many days are left is to be known of a certificate that has expired, too.
          tls_config: { insecure_skip_verify: true },
        },
      },
    },
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

function asVisitor(fleet: Fleet) {
  const { hostname } = fleet.edge
  return http(fleet, {
    fail_if_not_ssl: true,
    valid_status_codes: [200],
    headers: { Host: hostname },
    tls_config: { server_name: hostname },
  })
}

function http(fleet: Fleet, { tls_config, ...options }: Record<string, unknown>) {
  return {
    prober: "http",
    timeout: "5s",
    http: {
      preferred_ip_protocol: "ip4",
      ip_protocol_fallback: false,
      follow_redirects: false,
      ...options,
      tls_config: {
        ...(tls_config as object | undefined),
        // The box's authorities are its own, which nothing trusts by itself.
        insecure_skip_verify: fleet.provider.name === "box",
      },
    },
  }
}

/** What is asked: the health of the shop through the floating IP. */
export function shopAddress(fleet: Fleet): string {
  return `https://${fleet.network.vip}${fleet.app.healthPath}`
}

/** A product image where browsers find it, and how to ask; null where the images are not ours to know. */
export function imageProbe(fleet: Fleet): { address: string; module: string } | null {
  const [image] = sampleImages(fleet)
  if (fleet.objectStorage === null || image === undefined) return null
  const { imagesPath, imagesBaseUrl } = fleet.objectStorage
  return imagesPath === null
    ? { address: `${imagesBaseUrl}/${image.key}`, module: bucketModule }
    : { address: `https://${fleet.network.vip}${imagesPath}/${image.key}`, module: shopModule }
}
