import type { RedisCluster } from "./redis.ts"
import type { Cache } from "./stores.ts"

/** After a failure the cache is left alone for this long, so that it costs no request its time. */
const restMs = 1000

/** The cache cluster, or nothing while it does not answer. */
export function redisCache(
  cluster: RedisCluster,
  now: () => number = () => performance.now(),
): Cache {
  let restUntil = 0
  const attempt = async <Reply>(work: () => Promise<Reply>): Promise<Reply | undefined> => {
    if (now() < restUntil) return undefined
    try {
      return await work()
    } catch {
      restUntil = now() + restMs
      return undefined
    }
  }
  return {
    get: (key) => attempt(() => cluster.get(`cache:${key}`)),
    set: async (key, value, seconds) =>
      void (await attempt(() => cluster.set(`cache:${key}`, value, seconds))),
  }
}
