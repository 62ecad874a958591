import { type Component, contribution, type ToolCheck } from "../core/component.ts"
import { internalAuthority, internalCertificate } from "../core/credentials.ts"
import type { Flow, Host } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { etcdConfig } from "./config.ts"
import { etcdDashboard } from "./dashboard.ts"
import { etcdMonitoring } from "./monitoring.ts"
import { etcdClientPort, etcdHealthPort, etcdPeerPort } from "./ports.ts"
import { configKey, etcdService } from "./service.ts"

/** Where Patroni's members agree who is the primary: one etcd member on each manager. */
export const etcd: Component = {
  name: "etcd",
  contribute: (fleet) => {
    if (fleet.database === null) {
      return contribution()
    }
    const hosts = hostsOf(fleet, "manager")
    return {
      services: hosts.map((host) => ({
        tier: "database",
        name: `etcd-${host.index}`,
        rollout: {
          wave: waves.etcd,
          deadlineSeconds: 180,
          impact: "restart",
          leader: "none",
          alerts: [{ name: "EtcdMemberDown", node: host.name }],
        },
        definition: etcdService(fleet, host),
        configs: [{ key: configKey(host), path: configPath(host), text: etcdConfig(fleet, host) }],
      })),
      flows: [
        {
          from: "database",
          to: "manager",
          protocol: "tcp",
          port: etcdClientPort,
          service: "etcd clients",
        },
        {
          from: "manager",
          to: "manager",
          protocol: "tcp",
          port: etcdPeerPort,
          service: "etcd members",
        },
        ...(fleet.monitoring === null ? [] : [metrics]),
      ],
      files: [],
      checks: hosts.map(check),
      credentials: [internalAuthority, internalCertificate("etcd_tls", hosts)],
      monitored: withDashboard(etcdMonitoring(fleet), etcdDashboard),
    }
  },
}

const metrics: Flow = {
  from: "manager",
  to: "manager",
  protocol: "tcp",
  port: etcdHealthPort,
  service: "etcd metrics",
}

function configPath(host: Host): string {
  return `configs/etcd/${host.name}.yaml`
}

/** etcd has no test mode: what still runs after a moment, waiting for its peers, was accepted. */
function check(host: Host): ToolCheck {
  return {
    name: `etcd --config-file ${host.name}`,
    image: "etcd",
    command: [
      "mkdir -p /run/etcd && cd /run/etcd",
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -keyout key -out ca.pem 2> /dev/null",
      "cat ca.pem key > tls.pem",
      `sed 's|${host.privateAddress.replaceAll(".", "\\.")}:|127.0.0.2:|g' /stack/${configPath(host)} > /tmp/etcd.yaml`,
      "status=0",
      "timeout 3 etcd --config-file /tmp/etcd.yaml > /tmp/log 2>&1 || status=$?",
      'if [ "$status" -ne 124 ]; then cat /tmp/log; exit 1; fi',
    ].join("\n"),
  }
}
