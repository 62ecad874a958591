import type { Monitoring } from "../core/fleet.ts"

/** Where `deliver alertmanager` puts its secrets. */
const secretsDirectory = "/run/alertmanager/secrets"

/** Secrets by what they open; only those the spec's receivers need are mounted. */
export const secretNames = {
  smtp: "alertmanager_smtp_password",
  slack: "alertmanager_slack_url",
  pagerDuty: "alertmanager_pagerduty_key",
  heartbeat: "alertmanager_heartbeat_url",
} as const

/** Who is told of an alert. */
export type Receiver = "page" | "ticket" | "heartbeat" | "nobody"

/** What those who are told read first. */
const title = "{{ .Status | toUpper }} {{ .CommonLabels.cluster }}: {{ .CommonLabels.alertname }}"

const text =
  "{{ range .Alerts }}{{ .Annotations.summary }}. {{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\n{{ with .Annotations.dashboard_url }}Grafana: {{ . }}\n{{ end }}{{ end }}"

/** Names of the secrets that the receivers of this environment read. */
export function receiverSecrets({ notify }: Monitoring): string[] {
  return [
    ...(notify.email?.username ? [secretNames.smtp] : []),
    ...(notify.slackChannel === null ? [] : [secretNames.slack]),
    ...(notify.pagerDuty ? [secretNames.pagerDuty] : []),
    ...(notify.heartbeat ? [secretNames.heartbeat] : []),
  ].sort()
}

/** Alertmanager's receivers; one without anybody to tell stays empty. */
export function receivers({ notify }: Monitoring) {
  const people = { ...email(notify.email), ...slack(notify.slackChannel) }
  const named: Record<Receiver, object> = {
    page: { ...people, ...(notify.pagerDuty ? pagerDuty() : {}) },
    ticket: people,
    heartbeat: notify.heartbeat ? heartbeat() : {},
    nobody: {},
  }
  return Object.entries(named).map(([name, how]) => ({ name, ...how }))
}

function email(written: Monitoring["notify"]["email"]) {
  if (written === null) return {}
  const { to, from, smarthost, username } = written
  return {
    email_configs: [
      {
        to,
        from,
        smarthost,
        send_resolved: true,
        require_tls: true,
        ...(username === null
          ? {}
          : { auth_username: username, auth_password_file: file(secretNames.smtp) }),
        headers: { Subject: title },
        html: "",
        text,
      },
    ],
  }
}

function slack(channel: string | null) {
  if (channel === null) return {}
  return {
    slack_configs: [
      { api_url_file: file(secretNames.slack), channel, send_resolved: true, title, text },
    ],
  }
}

function pagerDuty() {
  return {
    pagerduty_configs: [
      {
        routing_key_file: file(secretNames.pagerDuty),
        send_resolved: true,
        // What PagerDuty does not know it would refuse, and what goes here pages.
        severity: "critical",
        description: title,
        details: { alerts: text },
      },
    ],
  }
}

function heartbeat() {
  return {
    webhook_configs: [{ url_file: file(secretNames.heartbeat), send_resolved: false }],
  }
}

function file(secret: string): string {
  return `${secretsDirectory}/${secret}`
}
