import * as app from "./app.ts"
import * as backup from "./backup.ts"
import * as capacity from "./capacity.ts"
import * as database from "./database.ts"
import * as declared from "./declared.ts"
import * as edge from "./edge.ts"
import * as hosts from "./hosts.ts"
import * as images from "./images.ts"
import * as logs from "./logs.ts"
import * as monitoring from "./monitoring.ts"
import * as network from "./network.ts"
import { standIn, storageNames } from "./object-storage.ts"
import * as quorum from "./quorum.ts"
import { rateLimit } from "./rate-limit.ts"
import { redisFailover, redisHosts, redisMemory } from "./redis.ts"
import type { Rule } from "./rule.ts"
import * as schedule from "./schedule.ts"
import * as secrets from "./secrets.ts"
import { subnets } from "./subnets.ts"

/** Every rule, in the order they are documented. */
export const rules: readonly Rule[] = [
  capacity.cores,
  capacity.tasks,
  capacity.hostLoss,
  capacity.maximum,
  capacity.flashSale,
  capacity.connections,
  edge.vrrpFailover,
  edge.vrrpInterval,
  edge.pair,
  edge.drain,
  edge.stopGrace,
  rateLimit,
  quorum.odd,
  quorum.spread,
  hosts.reservations,
  subnets,
  network.vip,
  network.publicHosts,
  network.ports,
  network.operators,
  images.digest,
  images.registry,
  secrets.plaintext,
  database.timing,
  database.watchdog,
  database.failover,
  database.pool,
  database.wal,
  database.disk,
  database.queryWait,
  backup.rpo,
  backup.bucket,
  redisHosts,
  redisMemory,
  redisFailover,
  storageNames,
  standIn,
  logs.disk,
  logs.requests,
  monitoring.memory,
  monitoring.size,
  monitoring.retention,
  monitoring.listeners,
  app.replicas,
  app.idleHosts,
  schedule.timezone,
  schedule.schedule,
  declared.rendered,
]
