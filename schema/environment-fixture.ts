import type { ImageLock, LockedImage } from "../images/names.ts"
import type { EnvironmentSpec } from "./environment.ts"

/** A production environment that breaks no rule; fresh on every call, to change freely. */
export function specFixture(): EnvironmentSpec {
  return {
    name: "fixture",
    tier: "production",
    timezone: "Asia/Jakarta",
    provider: { name: "digitalocean", region: "sgp1" },
    network: {
      vpc: "10.10.0.0/16",
      subnets: { public: "203.0.113.0/24", private: "10.10.0.0/20", overlay: "10.20.0.0/16" },
      vip: "203.0.113.100",
    },
    hosts: {
      manager: { count: 3, vcpu: 2, memory: "4GB", disk: "50GB" },
      loadBalancer: { count: 2, vcpu: 2, memory: "4GB", disk: "50GB" },
      app: { count: 9, maxCount: 10, vcpu: 4, memory: "8GB", disk: "50GB" },
      database: { count: 3, vcpu: 8, memory: "32GB", disk: "500GB", diskKind: "nvme" },
      redis: { count: 3, vcpu: 4, memory: "16GB", disk: "100GB" },
      bastion: { count: 1, vcpu: 1, memory: "1GB", disk: "25GB" },
    },
    workload: {
      concurrentUsers: 5000,
      requestsPerUserPerSecond: 1,
      requestsPerCorePerSecond: 150,
      flashSaleFactor: 10,
    },
    objectives: { edgeFailover: "3s", rpo: "5m", rto: "15m", availability: "99.9%" },
    images: { registry: "registry.example.com/quickcart" },
    app: { replicas: 18, resources: { cpu: 1.87, memory: "3GB" } },
    edge: {
      hostname: "shop.example.com",
      maxConnections: 30_000,
      waitingRoom: { maxActiveUsers: 30_000 },
    },
    backup: { archiveTimeout: "60s", fullBackupAt: "02:00" },
    redis: { sessionMemory: "2GB", cacheMemory: "4GB" },
    objectStorage: {
      endpoint: "https://s3.example.com",
      imagesBucket: "images",
      backupBucket: "backup",
    },
    flashSales: [{ name: "sale", start: "2026-12-12T19:00", duration: "3h", appHosts: 50 }],
    secrets: ["edge_tls"],
  }
}

/** A lock in which every image is published. */
export function lockFixture(): ImageLock {
  const locked = (digit: string): LockedImage => ({
    source: digit.repeat(16),
    digest: `sha256:${digit.repeat(64)}`,
  })
  return {
    host: locked("1"),
    haproxy: locked("2"),
    keepalived: locked("3"),
    registry: locked("4"),
    shop: locked("5"),
    etcd: locked("6"),
    postgres: locked("7"),
    pgbouncer: locked("8"),
    redis: locked("9"),
    s3: locked("a"),
    prometheus: locked("b"),
    exporters: locked("c"),
    logs: locked("d"),
  }
}
