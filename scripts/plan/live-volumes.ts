import type { SwarmService } from "../deploy/swarm-types.ts"

interface Mount {
  Type: string
  Source?: string
  VolumeOptions?: { DriverConfig?: { Options?: Record<string, string> | null } }
}

/** Names of the volumes of a live service that outlive its tasks; tmpfs does not. */
export function liveDurableVolumes(live: SwarmService): string[] {
  const container = live.Spec.TaskTemplate.ContainerSpec as { Mounts?: Mount[] | null }
  return (container.Mounts ?? [])
    .filter(
      ({ Type, VolumeOptions }) =>
        Type === "volume" && VolumeOptions?.DriverConfig?.Options?.type !== "tmpfs",
    )
    .map(({ Source }) => Source ?? "an anonymous volume")
    .sort()
}
