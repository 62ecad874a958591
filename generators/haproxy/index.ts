import type { Component, ServiceEntry, ToolCheck } from "../core/component.ts"
import { internalAuthority } from "../core/credentials.ts"
import type { Fleet } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { waves } from "../core/waves.ts"
import { withDashboard } from "../core/with-dashboard.ts"
import { haproxyConfig } from "./config.ts"
import { haproxyDashboard } from "./dashboard.ts"
import { asksInternalStorage, internalAuthorityFile } from "./images.ts"
import { hardStopSeconds } from "./limits.ts"
import { haproxyMonitoring } from "./monitoring.ts"
import { metricsPort } from "./ports.ts"
import type { RateLimit } from "./rate-limit.ts"
import { haproxyConfigService, haproxyService } from "./service.ts"

const configPath = "configs/haproxy/haproxy.cfg"

/** Certificates are secrets, so the checks take the same file without needing any. */
const prepareCheck = [
  "set -e",
  "mkdir -p /run/haproxy/certs",
  `sed 's|ssl crt /run/haproxy/certs/|& strict-sni|; s|${internalAuthorityFile}|@system-ca|' /stack/${configPath} > /tmp/haproxy.cfg`,
  "",
].join("\n")

/** Requests of the check past the burst: more than fit while even a slow machine sends them. */
const pastBurst = 500

/** One client sends more than its burst over one connection: that much is redirected, then comes the 429. */
function floodCheck({ edge }: Fleet, { burst }: RateLimit): ToolCheck {
  const request = (header: string) =>
    `GET / HTTP/1.1\\r\\nHost: ${edge.hostname}\\r\\n${header}\\r\\n`
  const client = [
    'trap "" PIPE',
    "exec 3<>/dev/tcp/127.0.0.1/80",
    "cat <&3 >/tmp/answers &",
    `for _ in {1..${burst + pastBurst}}; do printf "${request("")}" >&3; done`,
    `printf "${request("Connection: close\\r\\n")}" >&3`,
    "wait",
  ].join("\n")
  return {
    name: "haproxy refuses a flood, and only that",
    image: "haproxy",
    command: [
      `${prepareCheck}haproxy -D -f /tmp/haproxy.cfg`,
      `bash -c '${client}'`,
      "grep '^HTTP/' /tmp/answers | uniq -c | head",
      `[ "$(grep '^HTTP/' /tmp/answers | head -n ${burst} | grep -c ' 308 ')" = ${burst} ]`,
      "grep -q '^HTTP/1.1 429 ' /tmp/answers",
    ].join("\n"),
  }
}

/**
 * Visitors do not see the shop's metrics, however they write the path, and are answered as of any error. Nor does
 * a stranger, as this one is to the private subnet, see the load balancer's own.
 */
function hiddenMetricsCheck({ edge }: Fleet): ToolCheck {
  const ask = (path: string, port = 80) =>
    [
      `exec 3<>/dev/tcp/127.0.0.1/${port}`,
      `printf "GET ${path.replaceAll("%", "%%")} HTTP/1.1\\r\\nHost: ${edge.hostname}\\r\\nConnection: close\\r\\n\\r\\n" >&3`,
      "cat <&3 >>/tmp/answers",
      // A body ends without a line end.
      "echo >>/tmp/answers",
    ].join("\n")
  const asked = [
    ...["/metrics", "/%6Detrics", "/"].map((path) => ask(path)),
    ask("/metrics", metricsPort),
  ]
  return {
    name: "haproxy hides metrics, the shop's and its own",
    image: "haproxy",
    command: [
      `${prepareCheck}haproxy -D -f /tmp/haproxy.cfg`,
      `bash -c '${asked.join("\n")}'`,
      "cat /tmp/answers",
      `[ "$(grep -o '^HTTP/1.1 [0-9]*' /tmp/answers | cut -d ' ' -f 2 | tr '\\n' ' ')" = "404 404 308 403 " ]`,
      `[ "$(grep -c '{"error":"not found"}' /tmp/answers)" = 2 ]`,
    ].join("\n"),
  }
}

/** The public entry: TLS, health-checked balancing over the app's tasks. */
export const haproxy: Component = {
  name: "haproxy",
  contribute: (fleet) => ({
    services: [
      {
        tier: "edge",
        name: "haproxy-config",
        rollout: { wave: waves.edge, deadlineSeconds: 120, impact: "reload" },
        definition: haproxyConfigService(fleet),
        configs: [{ key: "haproxy_cfg", path: configPath, text: haproxyConfig(fleet) }],
      },
      ...hostsOf(fleet, "loadBalancer").map(
        (host): ServiceEntry => ({
          tier: "edge",
          name: `haproxy-${host.index}`,
          rollout: {
            wave: waves.edge + 10,
            deadlineSeconds: 120 + hardStopSeconds(fleet),
            impact: "restart",
            leader: "vip",
            alerts: [{ name: "LoadBalancerDown", node: host.name }],
          },
          definition: haproxyService(fleet, host),
          configs: [],
        }),
      ),
    ],
    flows: [
      { from: "internet", to: "vip", protocol: "tcp", port: 80, service: "HTTP, redirected" },
      { from: "internet", to: "vip", protocol: "tcp", port: 443, service: "HTTPS" },
      {
        from: "manager",
        to: "loadBalancer",
        protocol: "tcp",
        port: metricsPort,
        service: "HAProxy metrics",
      },
    ],
    files: [],
    checks: [
      {
        name: "haproxy -c",
        image: "haproxy",
        command: `${prepareCheck}haproxy -c -f /tmp/haproxy.cfg`,
      },
      {
        name: "haproxy with fewer descriptors than its maxconn needs, as after a reload that raised it",
        image: "haproxy",
        command: `${prepareCheck}ulimit -n 512\ntimeout 2 haproxy -W -db -f /tmp/haproxy.cfg || [ $? = 124 ]`,
      },
      hiddenMetricsCheck(fleet),
      ...(fleet.edge.rateLimit === null ? [] : [floodCheck(fleet, fleet.edge.rateLimit)]),
    ],
    credentials: [
      {
        kind: "certificate",
        name: "edge_tls",
        authority: "public",
        hosts: [fleet.edge.hostname, ...fleet.edge.aliases, "localhost"],
      },
      ...(asksInternalStorage(fleet) ? [internalAuthority] : []),
    ],
    monitored: withDashboard(haproxyMonitoring(fleet), (instances) =>
      haproxyDashboard(fleet, instances),
    ),
  }),
}
