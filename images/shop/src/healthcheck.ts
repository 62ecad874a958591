import { get } from "node:http"
import { settingsFrom } from "./settings.ts"

// The image's HEALTHCHECK: exits 0 when the shop in this container answers 200.
const { port, healthPath } = settingsFrom(process.env)
get({ host: "127.0.0.1", port, path: healthPath, timeout: 1500 }, (answer) => {
  process.exit(answer.statusCode === 200 ? 0 : 1)
})
  .on("timeout", () => process.exit(1))
  .on("error", () => process.exit(1))
