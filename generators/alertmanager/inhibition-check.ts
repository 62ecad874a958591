import type { ToolCheck } from "../core/component.ts"

/**
 * Asks a real Alertmanager which alerts it holds back: amtool judges routes,
 * not inhibition. NodeDown hides what is on its node, nothing on another, and
 * nothing that belongs to no node.
 */
export function inhibitionCheck(configPath: string): ToolCheck {
  const url = "http://127.0.0.1:9093"
  const add = (name: string, labels: string) =>
    `amtool --alertmanager.url=${url} alert add ${name} severity=warning cluster=x ${labels}`
  const held =
    "amtool --alertmanager.url=http://127.0.0.1:9093 alert query --inhibited --output=json"
  return {
    name: "alertmanager inhibits",
    image: "prometheus",
    command: [
      "set -e",
      `prometheus-alertmanager --config.file=/stack/${configPath} --storage.path=/tmp/data --cluster.listen-address= --web.listen-address=127.0.0.1:9093 > /tmp/log 2>&1 &`,
      `until curl --silent --fail --output /dev/null ${url}/-/ready; do`,
      "  kill -0 $! || { cat /tmp/log; exit 1; }",
      "  sleep 0.1",
      "done",
      add("NodeDown", "node=manager-1"),
      add("EtcdMemberDown", "node=manager-1"),
      add("DiskFilling", "node=manager-2"),
      add("AvailabilityUnknown", ""),
      add("AppTaskDown", ""),
      add("NoAppServer", ""),
      add("CertificateExpiresSoon", "certificate=edge_tls"),
      add("CertificateExpiresNow", "certificate=edge_tls"),
      `${held} > /tmp/held`,
      `names="$(grep -o '"alertname":"[A-Za-z]*"' /tmp/held | sort | tr '\\n' ' ')"`,
      'echo "held back: $names"',
      `test "$names" = '"alertname":"AppTaskDown" "alertname":"CertificateExpiresSoon" "alertname":"EtcdMemberDown" '`,
    ].join("\n"),
  }
}
