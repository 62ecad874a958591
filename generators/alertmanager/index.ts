import type { Component, ToolCheck } from "../core/component.ts"
import { waves } from "../core/waves.ts"
import { whereMonitored } from "../prometheus/placement.ts"
import { watchdog } from "../prometheus/rule-tests.ts"
import { alertmanagerConfig } from "./config.ts"
import { inhibitionCheck } from "./inhibition-check.ts"
import type { Receiver } from "./receivers.ts"
import { alertmanagerConfigService, alertmanagerService } from "./service.ts"

const configPath = "configs/alertmanager/alertmanager.yml"
const configKey = "alertmanager_yml"

/** Tells people about alerts: who, how often, and one message for one cause. */
export const alertmanager: Component = {
  name: "alertmanager",
  contribute: (fleet) =>
    whereMonitored(fleet, (_, host) => ({
      services: [
        {
          tier: "monitoring",
          name: "alertmanager",
          rollout: { wave: waves.monitoring + 20, deadlineSeconds: 180, impact: "unseen" },
          definition: alertmanagerService(fleet, host),
          configs: [],
        },
      ],
    })),
  fold: (fleet, all) =>
    whereMonitored(fleet, (monitoring, host) => ({
      services: [
        {
          tier: "monitoring",
          name: "alertmanager-config",
          rollout: { wave: waves.monitoring + 10, deadlineSeconds: 180, impact: "reload" },
          definition: alertmanagerConfigService(fleet, monitoring, host, configKey),
          configs: [
            { key: configKey, path: configPath, text: alertmanagerConfig(fleet, monitoring, all) },
          ],
        },
      ],
      checks: [
        ...toolChecks(),
        inhibitionCheck(
          configPath,
          all.monitored.flatMap(({ monitored }) => monitored.alerts),
        ),
      ],
    })),
}

function toolChecks(): ToolCheck[] {
  const route = (receiver: Receiver, labels: string) =>
    `amtool config routes test --config.file=/stack/${configPath} --verify.receivers=${receiver} ${labels}`
  return [
    {
      name: "amtool check-config",
      image: "prometheus",
      command: `amtool check-config /stack/${configPath}`,
    },
    {
      // Slack, PagerDuty, the heartbeat and the mail server are verified against them.
      name: "the system's authorities are in Alertmanager's image",
      image: "prometheus",
      command: "test -s /etc/ssl/certs/ca-certificates.crt",
    },
    {
      name: "amtool config routes test",
      image: "prometheus",
      command: [
        "set -e",
        route("page", "alertname=NoAppServer severity=critical"),
        route("ticket", "alertname=AppTaskDown severity=warning"),
        route("nobody", "alertname=DatabaseFailover severity=info"),
        route("heartbeat", `alertname=${watchdog} severity=info`),
        route("page", "alertname=Unheard severity=unheard"),
      ].join("\n"),
    },
  ]
}
