import { hostsOf } from "../../generators/core/roles.ts"
import { mustSurvive, type Rule } from "./rule.ts"

export const replicas: Rule = {
  id: "app/replicas",
  reason: "The shop must go on when one app host dies.",
  severity: "error",
  check(fleet) {
    if (!mustSurvive(fleet)) return []
    const hosts = hostsOf(fleet, "app").length
    const tasks = fleet.app.replicas
    if (hosts < 2) {
      const message = `${hosts} app host: when it dies no task is left; write 2 or more`
      return [{ path: ["hosts", "app", "count"], message }]
    }
    const left = tasks - Math.ceil(tasks / hosts)
    if (left >= 1) return []
    const message = `${tasks} task on ${hosts} hosts: losing its host leaves ${left}; write 2 or more`
    return [{ path: ["app", "replicas"], message }]
  },
}

export const idleHosts: Rule = {
  id: "app/idle-hosts",
  reason: "An app host without a task is paid for and serves nothing.",
  severity: "warning",
  check(fleet) {
    const hosts = hostsOf(fleet, "app").length
    if (fleet.app.replicas >= hosts) return []
    const message =
      `${fleet.app.replicas} tasks on ${hosts} hosts leave ${hosts - fleet.app.replicas} idle; ` +
      `write ${hosts} or more`
    return [{ path: ["app", "replicas"], message }]
  },
}
