import { password } from "../core/credentials.ts"
import type { Host } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmService } from "../core/swarm-service.ts"

/** Grafana's pages, on the private address of Prometheus's host. */
export const grafanaPort = 3000

/** Grafana asks for 512 MB; without plugins, alerting and renderer it needs some 150. */
export const grafanaMemoryBytes = 512e6

/** What the user `admin` logs in with. */
export const adminPassword = password("grafana_admin_password")

/** The user of the official image is 472; its group is root's. */
const readableByGroup = 0o440

/**
 * Grafana beside Prometheus. It keeps nothing: its database is made anew with each task, from
 * the files that it mounts, so that a new admin password counts too (an old database would
 * keep the old one).
 */
export function grafanaService(
  image: string,
  host: Host,
  files: { source: string; target: string }[],
  home: string,
): SwarmService {
  return {
    image,
    environment: {
      GF_SERVER_HTTP_ADDR: host.privateAddress,
      GF_SERVER_HTTP_PORT: String(grafanaPort),
      // As people see it through their tunnel.
      GF_SERVER_ROOT_URL: `http://localhost:${grafanaPort}/`,
      GF_SECURITY_ADMIN_PASSWORD__FILE: `/run/secrets/${adminPassword.name}`,
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: home,
      GF_LOG_MODE: "console",
      ...closed,
      ...silent,
    },
    configs: files,
    secrets: [{ source: adminPassword.name, target: adminPassword.name, mode: readableByGroup }],
    networks: { [hostNetwork]: null },
    healthcheck: {
      test: [
        "CMD",
        "curl",
        "--silent",
        "--fail",
        "--output",
        "/dev/null",
        `http://${host.privateAddress}:${grafanaPort}/api/health`,
      ],
      interval: "10s",
      timeout: "5s",
      retries: 6,
      // It makes its database first.
      start_period: "120s",
      start_interval: "1s",
    },
    stop_grace_period: "10s",
    deploy: pinnedTo(host, { limits: { memory: String(grafanaMemoryBytes) } }),
  }
}

/** Nobody enters or signs up without the password; alerts are Prometheus's. */
const closed = {
  GF_AUTH_ANONYMOUS_ENABLED: "false",
  GF_USERS_ALLOW_SIGN_UP: "false",
  GF_USERS_ALLOW_ORG_CREATE: "false",
  GF_SNAPSHOTS_EXTERNAL_ENABLED: "false",
  GF_UNIFIED_ALERTING_ENABLED: "false",
}

/** Nothing is asked of or told to the outside, which private hosts do not reach anyway. */
const silent = {
  GF_ANALYTICS_REPORTING_ENABLED: "false",
  GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: "false",
  GF_NEWS_NEWS_FEED_ENABLED: "false",
  GF_SECURITY_DISABLE_GRAVATAR: "true",
  GF_PLUGINS_PREINSTALL_DISABLED: "true",
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: "false",
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: "true",
}
