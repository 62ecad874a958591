import { configService } from "../core/config-service.ts"
import type { Fleet, Host, Monitoring } from "../core/fleet.ts"
import { hostNetwork } from "../core/networks.ts"
import { pinnedTo } from "../core/pinned.ts"
import type { SwarmMount, SwarmService } from "../core/swarm-service.ts"
import { alertmanagerPort } from "../prometheus/ports.ts"
import { healthy } from "../prometheus/service.ts"
import { receiverSecrets } from "./receivers.ts"

const runVolume: SwarmMount = {
  type: "volume",
  source: "alertmanager-run",
  target: "/run/alertmanager",
}

/** It needs some 30 MB, and more while hundreds of alerts fire. */
export const alertmanagerMemoryBytes = 100e6

/** Alertmanager beside Prometheus; silences and what was told already survive a restart. */
export function alertmanagerService(fleet: Fleet, host: Host): SwarmService {
  const address = `${host.privateAddress}:${alertmanagerPort}`
  return {
    image: fleet.images.prometheus,
    entrypoint: [
      "/usr/local/bin/run-monitor",
      "alertmanager",
      "alertmanager.yml",
      "--storage.path=/var/lib/alertmanager",
      `--web.listen-address=${address}`,
      `--web.external-url=http://${address}`,
      // There is one: no gossip, and no port for it.
      "--cluster.listen-address=",
    ],
    init: true,
    volumes: [
      runVolume,
      { type: "volume", source: "alertmanager-data", target: "/var/lib/alertmanager" },
    ],
    networks: { [hostNetwork]: null },
    healthcheck: healthy(address),
    stop_grace_period: "10s",
    deploy: pinnedTo(host, { limits: { memory: String(alertmanagerMemoryBytes) } }),
  }
}

/** Delivers alertmanager.yml, and the addresses and keys of those who are told. */
export function alertmanagerConfigService(
  fleet: Fleet,
  monitoring: Monitoring,
  host: Host,
  configKey: string,
): SwarmService {
  const secrets = receiverSecrets(monitoring)
  return configService("alertmanager", host, {
    image: fleet.images.prometheus,
    environment: { ADDRESS: `${host.privateAddress}:${alertmanagerPort}` },
    configs: [{ source: configKey, target: "/config/alertmanager.yml" }],
    ...(secrets.length === 0
      ? {}
      : { secrets: secrets.map((name) => ({ source: name, target: name, mode: 0o400 })) }),
    volumes: [runVolume],
    networks: { [hostNetwork]: null },
  })
}
