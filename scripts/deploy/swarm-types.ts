/** The parts of the Engine API's objects that deploy reads (API v1.44). */
export interface SwarmService {
  ID: string
  Version: { Index: number }
  CreatedAt: string
  UpdatedAt: string
  Spec: ServiceSpec
  PreviousSpec?: ServiceSpec
  UpdateStatus?: { State: string; Message?: string }
  /** Jobs only: counts the runs. */
  JobStatus?: { JobIteration?: { Index: number } }
}

export interface ServiceSpec {
  Name: string
  Labels?: Record<string, string>
  TaskTemplate: {
    ContainerSpec: {
      Image: string
      Configs?: { ConfigName: string }[]
      Secrets?: { SecretName: string }[]
    }
    Placement?: { Constraints?: string[] }
    /** By id. */
    Networks?: { Target: string }[]
    RestartPolicy?: { Condition?: string; MaxAttempts?: number }
  }
  Mode: {
    Replicated?: { Replicas: number }
    Global?: object
    ReplicatedJob?: { MaxConcurrent?: number; TotalCompletions?: number }
  }
}

export interface SwarmTask {
  ID: string
  ServiceID: string
  NodeID?: string
  Slot?: number
  /** Run of a job that the task belongs to. */
  JobIteration?: { Index: number }
  DesiredState: string
  CreatedAt: string
  Status: {
    Timestamp: string
    State: string
    Message?: string
    Err?: string
    ContainerStatus?: { ExitCode?: number }
  }
  Spec: { ContainerSpec: { Image: string } }
}

export interface SwarmNode {
  ID: string
  Version: { Index: number }
  Spec: { Role: string; Availability: string; Labels?: Record<string, string>; Name?: string }
  Description: { Hostname: string; Engine: { EngineVersion: string } }
  Status: { State: string; Addr?: string }
  ManagerStatus?: { Leader?: boolean; Reachability?: string }
}

export interface SwarmObject {
  ID: string
  CreatedAt: string
  Spec: { Name: string; Labels?: Record<string, string>; Data?: string }
}

/** A network as the Engine lists it. */
export interface SwarmNetwork {
  Id: string
  Name: string
  Scope: string
  Driver: string
  Internal: boolean
  Attachable: boolean
  Ingress: boolean
  Options: Record<string, string> | null
  Labels: Record<string, string> | null
  IPAM?: { Config?: { Subnet?: string }[] | null }
}

/** Name of the one stack that all files of an environment are deployed under. */
export const stackName = "quickcart"

/** Service label that says which rendered definition is live. */
export const specHashLabel = "quickcart.spec-hash"

/** Service labels that say who sent the live definition, and from which commit; no part of the hash. */
export const commitLabel = "quickcart.commit"
export const actorLabel = "quickcart.actor"

/** Label on the configs and secrets that apply made, and may prune. */
export const namespaceLabel = "com.docker.stack.namespace"
