import { alertmanager } from "./alertmanager/index.ts"
import { app } from "./app/index.ts"
import { blackboxExporter } from "./blackbox-exporter/index.ts"
import type { Component } from "./core/component.ts"
import { databaseRouteExporter } from "./database-route-exporter/index.ts"
import { etcd } from "./etcd/index.ts"
import { grafana } from "./grafana/index.ts"
import { haproxy } from "./haproxy/index.ts"
import { host } from "./host/index.ts"
import { keepalived } from "./keepalived/index.ts"
import { logs } from "./logs/index.ts"
import { nodeExporter } from "./node-exporter/index.ts"
import { objectStorage } from "./object-storage/index.ts"
import { objectStorageStandIn } from "./object-storage/stand-in.ts"
import { patroni } from "./patroni/index.ts"
import { pgbouncer } from "./pgbouncer/index.ts"
import { pgbouncerExporter } from "./pgbouncer-exporter/index.ts"
import { postgresExporter } from "./postgres-exporter/index.ts"
import { prometheus } from "./prometheus/index.ts"
import { redis } from "./redis/index.ts"
import { redisExporter } from "./redis-exporter/index.ts"
import { slo } from "./slo/index.ts"
import { topology } from "./topology/index.ts"

/** Every part of the fleet. A new one is a folder and a line here. */
export const components: readonly Component[] = [
  host,
  etcd,
  patroni,
  pgbouncer,
  redis,
  objectStorage,
  objectStorageStandIn,
  app,
  haproxy,
  keepalived,
  nodeExporter,
  blackboxExporter,
  pgbouncerExporter,
  databaseRouteExporter,
  postgresExporter,
  redisExporter,
  logs,
  slo,
  prometheus,
  alertmanager,
  grafana,
  topology,
]
