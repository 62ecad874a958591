import type { ToolCheck } from "../core/component.ts"
import { type Alert, type Inhibition, inhibitionsOf } from "../core/monitoring.ts"

/** Stands for `all others`. */
const anyOther = "DiskFilling"

/** An alert for a real Alertmanager, and whether it has to be held back. */
export interface InhibitionCase {
  labels: Record<string, string>
  held: boolean
}

/**
 * Every alert that holds back others, fired with each of them: where it names equal labels, once with the
 * same values, once with others, and once both without the label, which Alertmanager takes for equal.
 * Each pair has a cluster of its own, so that no other rule reaches it.
 */
export function inhibitionCases(alerts: readonly Alert[]): InhibitionCase[] {
  return alerts.flatMap((alert) =>
    inhibitionsOf(alert).flatMap((inhibition) => casesOf(alert, inhibition)),
  )
}

function casesOf({ name }: Alert, { alerts: targets, equal }: Inhibition): InhibitionCase[] {
  const at = (place: string) => Object.fromEntries(equal.map((label) => [label, place]))
  return (targets === "all others" ? [anyOther] : targets).flatMap((target) => {
    const one = (alertname: string, held: boolean, more: Record<string, string>) => ({
      labels: { alertname, cluster: `${name} and ${target}`, severity: "warning", ...more },
      held,
    })
    const bare = { cluster: `${name} and ${target} without the label` }
    return [
      one(name, false, at("here")),
      one(target, true, at("here")),
      one(target, false, { ...at("here"), cluster: `${target} without ${name}` }),
      ...(equal.length === 0 ? [] : [name, target].map((each) => one(each, false, bare))),
      ...(equal.length === 0 ? [] : [one(target, false, at("elsewhere"))]),
    ]
  })
}

/**
 * Asks a real Alertmanager which alerts it holds back: amtool judges routes, not inhibition. The label
 * `held` says what is wanted of each.
 */
export function inhibitionCheck(configPath: string, alerts: readonly Alert[]): ToolCheck {
  const url = "http://127.0.0.1:9093"
  const cases = inhibitionCases(alerts)
  const posted = cases.map(({ labels, held }) => ({ labels: { ...labels, held: String(held) } }))
  const query = (how: string) =>
    `{ amtool --alertmanager.url=${url} alert query ${how} --output=json | grep -o '"labels":{[^}]*}' || :; }`
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
      `curl --silent --show-error --fail --json '${JSON.stringify(posted)}' ${url}/api/v2/alerts`,
      `${query("--active held=true")} > /tmp/free`,
      `${query("--inhibited held=false")} > /tmp/silenced`,
      `${query("--inhibited held=true")} > /tmp/held`,
      'echo "held back: $(wc -l < /tmp/held)"; echo "not held back:"; cat /tmp/free; echo "held back wrongly:"; cat /tmp/silenced',
      `test ! -s /tmp/free && test ! -s /tmp/silenced && test "$(wc -l < /tmp/held)" -eq ${cases.filter(({ held }) => held).length}`,
    ].join("\n"),
  }
}
