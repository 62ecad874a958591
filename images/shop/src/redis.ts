import { readFileSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"
import { createCluster } from "@redis/client"
import { within } from "./retry.ts"
import { firstLine, type RedisSettings } from "./settings.ts"
import { Unavailable } from "./stores.ts"

/** The few commands the shop needs of a Redis Cluster; they throw Unavailable. */
export interface RedisCluster {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, seconds: number): Promise<void>
  close(): void
}

/** Longest time a command may take before the visitor is answered without it. */
export const commandMs = 1000

/**
 * A master without a connection for this long may have been replaced: ask who leads. The next try to
 * connect does it, so the second one after the loss, and then one a second.
 */
const refreshTopologyMs = 100

const connectPauseMs = 500

/**
 * A client of one cluster that connects in the background, follows failovers and
 * fails at once while it has no connection. `onError` hears of trouble.
 */
export function openRedis(
  { seeds, user, passwordFile, authorityFile }: RedisSettings,
  onError: (error: Error) => void,
): RedisCluster {
  const defaults = {
    username: user,
    password: firstLine(passwordFile),
    // Better an answer without Redis than one that waits for it.
    disableOfflineQueue: true,
  }
  const socket = {
    tls: true as const,
    ca: readFileSync(authorityFile),
    // To a host that is lost: nobody else is asked who leads in this time.
    connectTimeout: commandMs,
    reconnectStrategy: (tries: number) => Math.min(50 * 2 ** tries, 1000),
  }
  const cluster = createCluster({
    rootNodes: seeds.map((seed) => ({ ...defaults, socket: { ...socket, ...seed } })),
    defaults: { ...defaults, socket },
    // Otherwise one dead master would keep the client from its start.
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: refreshTopologyMs,
  })
  cluster.on("error", onError)
  let closed = false
  const connect = async () => {
    while (!closed) {
      // The reason was told to `onError`.
      if (await cluster.connect().then(Boolean, () => false)) return
      await delay(connectPauseMs)
    }
  }
  void connect()
  const command = async <Reply>(work: () => Promise<Reply>): Promise<Reply> => {
    if (!cluster.isReady) throw new Unavailable("Redis is not connected")
    try {
      return await within(commandMs, work())
    } catch (error) {
      if (error instanceof Unavailable) throw error
      throw new Unavailable("Redis does not answer", { cause: error })
    }
  }
  return {
    get: async (key) => (await command(() => cluster.get(key))) ?? undefined,
    set: async (key, value, seconds) =>
      void (await command(() =>
        cluster.set(key, value, { expiration: { type: "EX", value: seconds } }),
      )),
    close: () => {
      closed = true
      if (cluster.isOpen) cluster.destroy()
    },
  }
}
