import type { Fleet, Host, Logs } from "../core/fleet.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader } from "../core/yaml.ts"
import { shippingHosts } from "./placement.ts"
import { logStorePort } from "./ports.ts"

const shipperTemplate = loadTemplate(import.meta.url, "log-shipper.conf.hbs")
const storeTemplate = loadTemplate(import.meta.url, "log-store.conf.hbs")

/** Time between two signs of life of a shipper, in seconds. */
export const signOfLifeSeconds = 60

/** Lines that wait in memory before the rest goes to disk: some 2 MB. */
const queueLines = 2000
const batchLines = 512
/**
 * Lines in memory from which on the rest goes to disk, and until which. Reading stops at 97% of
 * the memory's lines, the batch on its way included, which does not count for the disk: with
 * rsyslog's own 90% reading stopped, and the disk was never used.
 */
const diskFromLines = 1000
const diskUntilLines = 200
const windowLines = 1024

/** Most that lines which wait for the store take of each host's disk, with some 2 KB for a line of 500 bytes. */
const queueBytes = 256 * 2 ** 20

/** Files of one hour that are written to at once are some ten for a host; those of late lines come on top. */
const openFilesPerHost = 16

/** rsyslog's configuration of every host, the same for all. */
export function shipperConfig(fleet: Fleet, logs: Logs, store: Host): string {
  return shipperTemplate({
    header: generatedHeader(fleet.source),
    signOfLifeSeconds,
    failedRequestsOnly: logs.requests === "failed",
    queueLines,
    batchLines,
    diskFromLines,
    diskUntilLines,
    windowLines,
    queueBytes,
    store: store.privateAddress,
    port: logStorePort,
  })
}

/** rsyslog's configuration of the store. */
export function storeConfig(fleet: Fleet, store: Host): string {
  return storeTemplate({
    header: generatedHeader(fleet.source),
    openFiles: openFilesPerHost * shippingHosts(fleet).length,
    address: store.privateAddress,
    port: logStorePort,
  })
}
