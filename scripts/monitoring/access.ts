import { type FleetFile, type FleetHost, hostsOf } from "../deploy/fleet-file.ts"
import { Failure } from "../io/failure.ts"
import type { Remote } from "../io/ssh.ts"

/** One series of an answer: its labels, and its value now. */
export interface Sample {
  labels: Record<string, string>
  value: number
}

/** An alert as Alertmanager holds it. */
export interface FiringAlert {
  name: string
  labels: Record<string, string>
  summary: string
  /** RFC 3339. */
  startsAt: string
  /** Muted by a silence, or said by another alert already. */
  suppressed: boolean
}

/** Alerts that nobody is told of for a time: Alertmanager API v2, `postableSilence`. */
export interface Silence {
  matchers: { name: string; value: string; isRegex: boolean; isEqual: boolean }[]
  /** RFC 3339. */
  startsAt: string
  endsAt: string
  createdBy: string
  comment: string
}

/** What a fleet's monitoring is asked; every method is one command on a host, over SSH. */
export interface MonitoringAccess {
  /** An instant query of Prometheus. Throws a Failure when it does not answer or refuses the query. */
  query(expression: string): Promise<Sample[]>
  /** The alerts that fire now. Throws a Failure when Alertmanager does not answer. */
  firing(): Promise<FiringAlert[]>
  /** Mutes alerts; returns the silence's id. Throws a Failure when Alertmanager does not do it. */
  silence(silence: Silence): Promise<string>
  /** Ends a silence now. Throws a Failure when Alertmanager does not do it. */
  expireSilence(id: string): Promise<void>
  /** Prometheus's HTTP API: what `data` holds for a path below `/api/v1/`. */
  prometheus<T>(path: string, parameters?: Record<string, string>): Promise<T>
  /** Alertmanager's HTTP API: the answer for a path below `/api/v2/`; with a body it is sent by POST. */
  alertmanager<T>(path: string, body?: unknown): Promise<T>
}

const timeoutSeconds = 20

/** The host with Prometheus and Alertmanager; undefined in a fleet without. */
export function monitoringHost(fleet: FleetFile): FleetHost | undefined {
  // As `generators/prometheus/placement.ts` places them.
  return fleet.images.prometheus === undefined ? undefined : hostsOf(fleet, "manager").at(-1)
}

/**
 * The monitoring of a fleet, asked from the host that it runs on: it answers on
 * the private network alone. Null in a fleet without monitoring.
 */
export function openMonitoring(fleet: FleetFile, remote: Remote): MonitoringAccess | null {
  const on = monitoringHost(fleet)
  if (on === undefined) return null
  const host = on.name
  const curl = async (what: string, lines: string[]): Promise<string> => {
    // On standard input: expressions are full of quotes, and bodies may be long.
    const { exitCode, stdout, stderr } = await remote.exec(host, "curl --config -", {
      input: ["silent", "show-error", `max-time = ${timeoutSeconds}`, ...lines, ""].join("\n"),
      allowFailure: true,
      timeoutSeconds: 2 * timeoutSeconds,
    })
    if (exitCode === 0) return stdout
    const reason = stderr.trim().split("\n").at(-1)
    throw new Failure(`${what} on ${host} does not answer: ${reason}`)
  }
  const access: MonitoringAccess = {
    prometheus: async <T>(path: string, parameters = {}) => {
      const form = new URLSearchParams(parameters).toString()
      const url = option("url", `http://${on.privateAddress}:9090/api/v1/${path}`)
      const text = await curl("Prometheus", [url, "get", option("data", form)])
      const answer = parsed<PrometheusAnswer<T>>("Prometheus", text)
      if (answer.status === "success") return answer.data
      throw new Failure(`Prometheus refuses ${path} ${form}: ${answer.error}`)
    },
    alertmanager: async (path, body) => {
      const url = option("url", `http://${on.privateAddress}:9093/api/v2/${path}`)
      const post = body === undefined ? [] : [option("json", JSON.stringify(body))]
      // An error's status is the exit code; its text is the answer.
      return parsed("Alertmanager", await curl("Alertmanager", [url, "fail-with-body", ...post]))
    },
    silence: async (silence) =>
      (await access.alertmanager<{ silenceID: string }>("silences", silence)).silenceID,
    expireSilence: async (id) => {
      const url = option("url", `http://${on.privateAddress}:9093/api/v2/silence/${id}`)
      await curl("Alertmanager", [url, option("request", "DELETE"), "fail-with-body"])
    },
    query: async (expression) => {
      const { result } = await access.prometheus<InstantVector>("query", { query: expression })
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    firing: async () => {
      const alerts = await access.alertmanager<AlertmanagerAlert[]>("alerts")
      return alerts.map(({ labels, annotations, startsAt, status }) => ({
        name: labels.alertname ?? "",
        labels,
        summary: annotations.summary ?? "",
        startsAt,
        suppressed: status.state === "suppressed",
      }))
    },
  }
  return access
}

/** Prometheus HTTP API, "Format overview". */
type PrometheusAnswer<T> = { status: "success"; data: T } | { status: "error"; error: string }

/** Prometheus HTTP API, "Instant queries". */
interface InstantVector {
  result: { metric: Record<string, string>; value: [number, string] }[]
}

/** Alertmanager API v2, `gettableAlert`. */
interface AlertmanagerAlert {
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: string
  status: { state: "active" | "suppressed" | "unprocessed" }
}

/** While it starts, a daemon answers in plain text that it is not ready yet. */
function parsed<T>(what: string, text: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    const [line = ""] = text.trim().split("\n")
    throw new Failure(`${what} is not ready: ${line.slice(0, 200) || "it answers nothing"}`)
  }
}

/** A line of curl's configuration file. */
function option(name: string, value: string): string {
  return `${name} = "${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`
}
