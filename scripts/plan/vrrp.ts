import type { DesiredConfig } from "../deploy/desired.ts"

/** How fast the VIP moves, read from the rendered Keepalived files. */
export interface VrrpTiming {
  advertSeconds: number
  /** Wait of a backup that was told to take over: RFC 9568's Skew_Time. */
  skewSeconds: number
  /** Wait of a backup that was told nothing: 3 x advert + skew. */
  masterDownSeconds: number
}

/** Timing of the slowest backup; undefined when no file speaks VRRP. */
export function vrrpTiming(configs: DesiredConfig[]): VrrpTiming | undefined {
  const instances = configs.flatMap(({ data }) => {
    const advert = /^\s*advert_int\s+([\d.]+)/m.exec(data)?.[1]
    const priority = /^\s*priority\s+(\d+)/m.exec(data)?.[1]
    return advert === undefined || priority === undefined
      ? []
      : [{ advertSeconds: Number(advert), priority: Number(priority) }]
  })
  const slowest = instances.toSorted((a, b) => a.priority - b.priority)[0]
  if (slowest === undefined) return undefined
  const { advertSeconds, priority } = slowest
  const skewSeconds = ((256 - priority) * advertSeconds) / 256
  return { advertSeconds, skewSeconds, masterDownSeconds: 3 * advertSeconds + skewSeconds }
}
