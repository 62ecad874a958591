import { setTimeout as delay } from "node:timers/promises"
import { createShop } from "./app.ts"
import { settingsFrom } from "./settings.ts"

const settings = readSettings()
const { server, drain } = createShop(settings, true)

process.on("SIGTERM", stop)
process.on("SIGINT", stop)
await server.listen({ port: settings.port, host: "0.0.0.0" })

/** Fails the health check, keeps serving while load balancers notice, then ends. */
async function stop(): Promise<void> {
  if (drain.active) return
  drain.active = true
  server.log.info(`draining for ${settings.drainSeconds} s`)
  await delay(settings.drainSeconds * 1000)
  await server.close()
  process.exit(0)
}

function readSettings() {
  try {
    return settingsFrom(process.env)
  } catch (error) {
    process.stderr.write(`cannot start: ${error instanceof Error ? error.message : error}\n`)
    process.exit(1)
  }
}
