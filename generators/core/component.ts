import type { ImageName } from "../../images/names.ts"
import type { Credential } from "../../schema/credential.ts"
import type { Fleet, Flow } from "./fleet.ts"
import type { Monitored } from "./monitoring.ts"
import type { SwarmService } from "./swarm-service.ts"

/** A file below `stacks/<env>/`. */
export interface RenderedFile {
  /** Relative to `stacks/<env>/`, with forward slashes. */
  path: string
  text: string
}

/** A Swarm config: a file whose Swarm name carries the hash of its content. */
export interface ConfigFile {
  /** Key in the stack file, unique in the fleet, e.g. `haproxy_cfg`. */
  key: string
  /** Relative to `stacks/<env>/`, e.g. `configs/haproxy/haproxy.cfg`. */
  path: string
  text: string
}

/** How the deploy treats a service; written to the stack file as `x-quickcart`. */
export interface Rollout {
  /** Services of a lower wave converge before a higher wave starts; see `waves.ts`. */
  wave: number
  /** Time after which a wave that has not converged is rolled back. */
  deadlineSeconds: number
  /**
   * What a change of the service means: `reload` for config services (nothing
   * restarts), `restart` for services whose tasks are replaced, `unseen` for
   * those that no visitor's request passes, though their tasks are replaced.
   */
  impact: "reload" | "restart" | "unseen"
  /**
   * What one of the hosts holds for all: services of a wave with the same
   * leader are changed one at a time, the host that leads last. New ones start
   * together: members of a quorum need one another to become healthy.
   */
  leader?: Leader
  /**
   * Alerts that a planned change of its tasks may raise though nothing is wrong: apply
   * silences them until it ends. Never one that pages, and never a promise to visitors.
   */
  alerts?: ExpectedAlert[]
}

/** An alert by its name, of one host where it has the label `node`. */
export interface ExpectedAlert {
  name: string
  node?: string
}

/**
 * `vip`: the load balancer that owns the floating IP. `primary`: the database
 * member that takes the writes. `none`: equals, of which none comes last.
 */
export type Leader = "vip" | "primary" | "none"

/** One Swarm service with everything it refers to. */
export interface ServiceEntry {
  /** Stack file it is written to: `stacks/<env>/<tier>.stack.yaml`. */
  tier: string
  /** Short name; in Swarm it is `quickcart_<name>`. */
  name: string
  rollout: Rollout
  definition: SwarmService
  /** Configs it mounts, by reference to the same key. */
  configs: ConfigFile[]
}

/** A verdict asked of the real tool: run `argv` in `image` with the rendered files at `/stack`. */
export interface ToolCheck {
  /** e.g. `haproxy -c`. */
  name: string
  image: ImageName
  /** Shell command; `/stack` holds `stacks/<env>`, read-only. */
  command: string
}

/** What one component adds to the fleet. */
export interface Contribution {
  services: ServiceEntry[]
  flows: Flow[]
  files: RenderedFile[]
  checks: ToolCheck[]
  /** Secrets it mounts whose values the fleet can make itself. */
  credentials: Credential[]
  /** What to watch of it; looked at only in fleets with monitoring. */
  monitored?: Monitored
}

/** A contribution that adds nothing but what is given. */
export function contribution(parts: Partial<Contribution> = {}): Contribution {
  return { services: [], flows: [], files: [], checks: [], credentials: [], ...parts }
}

/** The sum over all components, in the order of `generators/index.ts`. */
export interface Contributions extends Omit<Contribution, "monitored"> {
  /** By component, in the same order; empty in a fleet without monitoring. */
  monitored: { component: string; monitored: Monitored }[]
}

/**
 * A part of the fleet. `contribute` looks only at the fleet. `fold` adds what
 * runs on files made from what all components contributed (Prometheus's rules);
 * `render` makes further files from everything (a README).
 */
export interface Component {
  name: string
  contribute(fleet: Fleet): Contribution
  fold?(fleet: Fleet, all: Contributions): Contribution
  render?(fleet: Fleet, all: Contributions): RenderedFile[]
}
