import { cachedCatalogue } from "./cached-catalogue.ts"
import { databaseDependencies, openDatabase } from "./database.ts"
import { cookieCarts, fixedCatalogue, memoryOrders, noCache } from "./memory.ts"
import { postgresCatalogue } from "./postgres-catalogue.ts"
import { postgresOrders } from "./postgres-orders.ts"
import { openRedis, type RedisCluster } from "./redis.ts"
import { redisCache } from "./redis-cache.ts"
import { redisCarts } from "./redis-carts.ts"
import type { Settings } from "./settings.ts"
import type { Dependency, Stores } from "./stores.ts"

/** What the settings name, and memory for what they do not. `onError` hears of trouble with Redis. */
export function openStores(settings: Settings, onError: (error: Error) => void = () => {}): Stores {
  const database = settings.database && openDatabase(settings.database)
  const sessions = settings.sessions && openRedis(settings.sessions, onError)
  const cache = settings.cache && openRedis(settings.cache, onError)
  const source = database ? postgresCatalogue(database.read) : fixedCatalogue()
  return {
    catalogue: cachedCatalogue(source, cache ? redisCache(cache) : noCache()),
    orders: database ? postgresOrders(database.write) : memoryOrders(),
    carts: sessions ? redisCarts(sessions) : cookieCarts(),
    dependencies: [
      ...(database ? databaseDependencies(database) : []),
      ...(sessions ? [redisDependency("sessions", sessions)] : []),
      ...(cache ? [redisDependency("cache", cache)] : []),
    ],
    close: async () => {
      sessions?.close()
      cache?.close()
      await database?.close()
    },
  }
}

function redisDependency(name: string, cluster: RedisCluster): Dependency {
  const prefix = name === "sessions" ? "session" : "cache"
  return {
    name,
    probe: async () => void (await cluster.get(`${prefix}:probe`)),
    isLocal: () => false,
  }
}
