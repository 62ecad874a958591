/**
 * The part of the Compose v3 service schema that `docker stack deploy`
 * honours and this repository uses. What Swarm ignores is not expressible
 * (`privileged`, `devices`, `depends_on`, ...).
 */
export interface SwarmService {
  image: string
  entrypoint?: string[]
  command?: string[]
  user?: string
  init?: boolean
  read_only?: boolean
  environment?: Record<string, string>
  configs?: { source: string; target: string; mode?: number }[]
  secrets?: { source: string; target: string; mode?: number }[]
  volumes?: SwarmMount[]
  networks?: Record<string, { aliases?: string[] } | null>
  ports?: { target: number; published: number; protocol: "tcp" | "udp"; mode: "host" }[]
  /** What is left out is the image's own. */
  healthcheck?: {
    test?: string[]
    interval: string
    timeout?: string
    retries?: number
    start_period?: string
    start_interval?: string
  }
  cap_add?: string[]
  cap_drop?: string[]
  sysctls?: Record<string, string>
  ulimits?: Record<string, number | { soft: number; hard: number }>
  stop_grace_period: string
  stop_signal?: string
  hostname?: string
  logging?: { driver: string; options: Record<string, string> }
  deploy: {
    mode: "global" | "replicated" | "replicated-job"
    replicas?: number
    endpoint_mode: "dnsrr"
    labels?: Record<string, string>
    placement?: {
      constraints: string[]
      preferences?: { spread: string }[]
      max_replicas_per_node?: number
    }
    resources?: {
      limits?: { cpus?: string; memory?: string; pids?: number }
      reservations?: { cpus?: string; memory?: string }
    }
    restart_policy: {
      condition: "any" | "none" | "on-failure"
      delay: string
      max_attempts?: number
    }
    update_config?: RollPolicy
    rollback_config?: RollPolicy
  }
}

export interface RollPolicy {
  parallelism: number
  order: "start-first" | "stop-first"
  delay?: string
  monitor?: string
  failure_action?: "rollback" | "pause" | "continue"
  max_failure_ratio?: number
}

export type SwarmMount =
  | { type: "volume"; source: string; target: string; read_only?: boolean }
  | { type: "bind"; source: string; target: string; read_only?: boolean }
  | { type: "tmpfs"; target: string; tmpfs?: { size: number } }
