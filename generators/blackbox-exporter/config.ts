import type { Fleet } from "../core/fleet.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"

/** Name of the module that asks the shop as a visitor does. */
export const shopModule = "shop"

/** blackbox.yml: how the shop is asked at its floating IP. */
export function blackboxConfig(fleet: Fleet): string {
  const { hostname } = fleet.edge
  const config = {
    modules: {
      [shopModule]: {
        prober: "http",
        timeout: "5s",
        http: {
          preferred_ip_protocol: "ip4",
          ip_protocol_fallback: false,
          fail_if_not_ssl: true,
          follow_redirects: false,
          valid_status_codes: [200],
          headers: { Host: hostname },
          tls_config: {
            server_name: hostname,
            // The box's public authority is its own, which nothing inside the fleet trusts.
            insecure_skip_verify: fleet.provider.name === "box",
          },
        },
      },
    },
  }
  return `${generatedHeader(fleet.source)}\n${stringifyYaml(config)}`
}

/** What is asked: the health of the shop through the floating IP. */
export function shopAddress(fleet: Fleet): string {
  return `https://${fleet.network.vip}${fleet.app.healthPath}`
}
