import type {
  Bandwidth,
  ByteSize,
  Cidr,
  Duration,
  ImageRef,
  Ipv4,
  Percent,
  PositiveInteger,
  SecretName,
  TimeOfDay,
} from "./units.ts"

/**
 * One environment of the fleet: everything people decide, and nothing that
 * follows from it. What follows is computed by `generators/core/resolve.ts`.
 */
export interface EnvironmentSpec {
  /**
   * Name of the environment; equal to the file's name.
   * @pattern ^[a-z][a-z0-9-]{0,19}$
   * @examples ["production"]
   */
  name: string
  /**
   * What kind of environment it is. `production` turns on the strict rules
   * (image digests, cost guard).
   * @examples ["production"]
   */
  tier: "production" | "staging" | "development"
  /**
   * IANA time zone in which times of day and flash sales are meant.
   * @default "UTC"
   * @examples ["Asia/Jakarta"]
   */
  timezone?: string
  /**
   * Where the hosts are rented.
   */
  provider: Provider
  /**
   * Addresses: the VPC, its subnets and the floating IP.
   */
  network: Network
  /**
   * How many hosts of which size serve which purpose.
   */
  hosts: HostGroups
  /**
   * The load the fleet is sized for.
   */
  workload: Workload
  /**
   * What the fleet promises.
   */
  objectives: Objectives
  /**
   * Where the fleet's own images come from.
   */
  images: Images
  /**
   * The shop.
   */
  app: App
  /**
   * The load balancers.
   */
  edge: Edge
  /**
   * PostgreSQL under Patroni.
   * @default none
   */
  database?: Database
  /**
   * WAL archive and base backups.
   * @default none
   */
  backup?: Backup
  /**
   * Redis Clusters for sessions and cache.
   * @default none
   */
  redis?: Redis
  /**
   * S3-compatible storage for product images and backups.
   * @default none
   */
  objectStorage?: ObjectStorage
  /**
   * Prometheus, Alertmanager and exporters.
   * @default none
   */
  monitoring?: Monitoring
  /**
   * One place for the logs of all hosts, which a lost host's own are lost with.
   * @default none: every host keeps its own, a few files of each container
   */
  logs?: Logs
  /**
   * Load at which a tier has to grow.
   * @default none
   */
  scaling?: Scaling
  /**
   * Planned flash sales, soonest first.
   * @default none
   */
  flashSales?: FlashSale[]
  /**
   * Names of further secrets to keep in the fleet. What a component or the app
   * mounts is known without being listed; values live outside git
   * (GitHub environment secrets, or `.env` in development).
   * @default none
   * @examples [["edge_tls"]]
   */
  secrets?: SecretName[]
  /**
   * Rules that this environment may break, each with the written reason.
   * @default none
   */
  waivers?: Waiver[]
}

/** Where the hosts are rented, or `box` for containers on this machine. */
export interface Provider {
  /**
   * `box` boots every host as a container with its own Docker daemon on one machine.
   * @examples ["digitalocean"]
   */
  name: "digitalocean" | "linode" | "hetzner" | "box"
  /**
   * The provider's own name for the region.
   * @minLength 1
   * @examples ["sgp1"]
   */
  region: string
  /**
   * Network interface that carries the public address.
   * @default "eth0"
   * @examples ["ens3"]
   */
  publicInterface?: string
  /**
   * Network interface that carries the VPC address.
   * @default "eth1"
   * @examples ["ens4"]
   */
  privateInterface?: string
}

/** The VPC and the address people reach the shop at. */
export interface Network {
  /**
   * The whole VPC; private (RFC 1918) and containing every private subnet.
   * @examples ["10.10.0.0/16"]
   */
  vpc: Cidr
  /**
   * Subnets by purpose; they must not overlap.
   */
  subnets: Subnets
  /**
   * Floating IP (VIP) of the load balancers, moved by VRRP.
   * @examples ["203.0.113.10"]
   */
  vip: Ipv4
  /**
   * Encrypt overlay networks with IPsec (ESP). Needs the kernel's ESP support
   * and a provider firewall that passes IP protocol 50.
   * @default false
   * @examples [true]
   */
  encryptedOverlay?: boolean
  /**
   * MTU of the interface that carries the VPC, in bytes.
   * @minimum 1280
   * @maximum 9000
   * @asType integer
   * @default 1500
   * @examples [1450]
   */
  mtuBytes?: number
  /**
   * Public networks from which the bastion's SSH may be reached, for example a VPN's.
   * @default anywhere
   * @examples [["198.51.100.0/28"]]
   */
  operators?: Cidr[]
}

/** Subnets by purpose; disjoint. */
export interface Subnets {
  /**
   * The DMZ: load balancers and bastion only. In the box this is the stand-in
   * for the Internet segment; at a provider it documents the public range.
   * @examples ["203.0.113.0/24"]
   */
  public: Cidr
  /**
   * Addresses of the hosts inside the VPC.
   * @examples ["10.10.0.0/20"]
   */
  private: Cidr
  /**
   * Pool from which Swarm takes overlay networks.
   * @examples ["10.20.0.0/16"]
   */
  overlay: Cidr
}

/** Every group of hosts, as the seed's table in section 2.2. */
export interface HostGroups {
  /** Swarm managers: quorum, etcd, monitoring. Odd count. */
  manager: HostGroup
  /** Public entry: HAProxy and Keepalived. */
  loadBalancer: HostGroup
  /** Stateless shop servers; grows for flash sales. */
  app: AppHostGroup
  /** PostgreSQL members under Patroni. */
  database: HostGroup
  /**
   * Redis Clusters. Without the group Redis runs on the database hosts.
   * @default none
   */
  redis?: HostGroup
  /** The only SSH entry. */
  bastion: HostGroup
}

/** Hosts of one size that serve one purpose. */
export interface HostGroup {
  /**
   * How many hosts.
   * @maximum 1000
   * @examples [3]
   */
  count: PositiveInteger
  /**
   * Virtual processors of each host.
   * @maximum 256
   * @examples [4]
   */
  vcpu: PositiveInteger
  /**
   * Memory of each host.
   * @examples ["8GB"]
   */
  memory: ByteSize
  /**
   * Disk of each host.
   * @examples ["50GB"]
   */
  disk: ByteSize
  /**
   * Disk technology.
   * @default "ssd"
   */
  diskKind?: "ssd" | "nvme"
  /**
   * The provider's name for this size.
   * @default none, as the box has no sizes
   * @examples ["s-4vcpu-8gb"]
   */
  size?: string
  /**
   * Whether hosts get a public address.
   * @default false (true for loadBalancer and bastion)
   * @examples [true]
   */
  public?: boolean
}

/** App hosts: `count` always, up to `maxCount` by scaling and flash sales. */
export interface AppHostGroup extends HostGroup {
  /**
   * Upper limit of automatic scaling outside flash sales.
   * @default equal to count
   * @examples [10]
   */
  maxCount?: PositiveInteger
}

/** The load the fleet is sized for (seed section 2.1). */
export interface Workload {
  /**
   * Users active at once.
   * @examples [5000]
   */
  concurrentUsers: PositiveInteger
  /**
   * Requests each active user makes a second, on average.
   * @exclusiveMinimum 0
   * @maximum 1000000
   * @examples [1]
   */
  requestsPerUserPerSecond: number
  /**
   * Requests one app core serves a second.
   * @exclusiveMinimum 0
   * @maximum 1000000
   * @examples [150]
   */
  requestsPerCorePerSecond: number
  /**
   * Peak of a flash sale as a multiple of the baseline.
   * @minimum 1
   * @maximum 1000
   * @examples [10]
   */
  flashSaleFactor: number
  /**
   * What the stores hold; the disks are checked against it.
   * @default none: the disks are not checked
   */
  data?: DataVolume
}

/** What PostgreSQL and the object storage hold (seed sections 1 and 3.1). */
export interface DataVolume {
  /**
   * Products in the catalogue.
   * @examples [100000]
   */
  products: PositiveInteger
  /**
   * Registered users, not only those active at once.
   * @examples [500000]
   */
  users: PositiveInteger
  /**
   * Orders placed each day, on average; all are kept.
   * @examples [10000]
   */
  ordersPerDay: PositiveInteger
  /**
   * Product images in the object storage, which never fill a host's disk.
   * @examples ["50GB"]
   */
  images: ByteSize
}

/** What the fleet promises; rules and drills hold it to this. */
export interface Objectives {
  /**
   * Longest client-visible outage when a load balancer dies.
   * @examples ["3s"]
   */
  edgeFailover: Duration
  /**
   * Longest write outage when the database primary dies.
   * @default "30s"
   * @examples ["60s"]
   */
  databaseFailover?: Duration
  /**
   * Longest time that a third of the sessions or of the cache is unreachable
   * when its Redis master dies.
   * @default "10s"
   * @examples ["15s"]
   */
  redisFailover?: Duration
  /**
   * Recovery point objective: most data, in time, that may be lost.
   * @examples ["5m"]
   */
  rpo: Duration
  /**
   * Recovery time objective: longest restore.
   * @examples ["15m"]
   */
  rto: Duration
  /**
   * Share of requests answered without a server error, over 30 days.
   * @examples ["99.9%"]
   */
  availability: Percent
  /**
   * How fast the app answers, over 30 days.
   * @default none
   */
  latency?: LatencyObjective
}

/** A share of answers within a time. */
export interface LatencyObjective {
  /**
   * Longest time; a bucket of the app's histogram `http_request_duration_seconds`.
   * @examples ["300ms"]
   */
  threshold: Duration
  /**
   * Share of answers that take no longer.
   * @examples ["99%"]
   */
  share: Percent
}

/** Where the fleet's own images (HAProxy, Keepalived, ...) come from. */
export interface Images {
  /**
   * Registry host and optional path, without scheme.
   * @pattern ^[a-z0-9][a-z0-9.:/-]*[a-z0-9]$
   * @examples ["registry.example.com/quickcart"]
   */
  registry: string
  /**
   * Talk plain HTTP to the registry (the box only).
   * @default false
   * @examples [true]
   */
  insecure?: boolean
  /**
   * How images are referred to: `digest` from `images/lock.json`, or, in
   * development only, `source`, a tag that is the hash of the image's source folder.
   * @default "digest"
   */
  reference?: "digest" | "source"
}

/** The shop itself. Any image that answers HTTP and a health path fits. */
export interface App {
  /**
   * Image to run.
   * @default the sample shop of `images/shop`
   * @examples ["registry.example.com/shop@sha256:0000000000000000000000000000000000000000000000000000000000000000"]
   */
  image?: ImageRef
  /**
   * Port the app listens on inside its network.
   * @minimum 3000
   * @maximum 8000
   * @asType integer
   * @default 3000
   * @examples [8000]
   */
  port?: number
  /**
   * Path that answers 200 when the app can serve.
   * @pattern ^/[A-Za-z0-9/_.-]*$
   * @default "/healthz"
   * @examples ["/ready"]
   */
  healthPath?: string
  /**
   * Tasks over the whole fleet; spread evenly over the app hosts.
   * @default one for each app host
   * @examples [18]
   */
  replicas?: PositiveInteger
  /** What each task reserves and may use. */
  resources: Resources
  /**
   * How a new version replaces the old one.
   * @default every field's own
   */
  update?: UpdatePolicy
  /**
   * A job that has to succeed before a new version starts, e.g. the database
   * migration. It runs once for each content (image, command, environment).
   * @default none
   */
  migration?: Migration
  /**
   * Plain environment variables. Secrets never go here.
   * @default none
   * @examples [{"LOG_LEVEL": "info"}]
   */
  environment?: Record<string, string>
  /**
   * Secrets mounted at /run/secrets/<name>.
   * @default none
   * @examples [["app_session_key"]]
   */
  secrets?: SecretName[]
  /**
   * How long a stopping task keeps serving while load balancers notice.
   * Must be below `stopGracePeriod`.
   * @default "8s"
   * @examples ["12s"]
   */
  drain?: Duration
  /**
   * Time between SIGTERM and SIGKILL.
   * @default "30s"
   * @examples ["45s"]
   */
  stopGracePeriod?: Duration
}

/** A job of the app's image that gates its deploy. Safe to run twice: a failure is tried again. */
export interface Migration {
  /**
   * Command in the app's image, one word an element.
   * @minItems 1
   * @examples [["node", "src/migrate.ts"]]
   */
  command: string[]
  /**
   * Longest time it may take, its retries included.
   * @default "10m"
   * @examples ["30m"]
   */
  deadline?: Duration
}

/** CPU and memory of one task. */
export interface Resources {
  /**
   * Processors reserved and allowed at most.
   * @exclusiveMinimum 0
   * @maximum 256
   * @examples [1.5]
   */
  cpu: number
  /**
   * Memory reserved and allowed at most.
   * @examples ["1GB"]
   */
  memory: ByteSize
}

/** How a new version replaces the old one. */
export interface UpdatePolicy {
  /**
   * Tasks replaced at once.
   * @default 1
   * @examples [2]
   */
  parallelism?: PositiveInteger
  /**
   * Pause between batches.
   * @default "0s"
   * @examples ["10s"]
   */
  delay?: Duration
  /**
   * How long a new task is watched for failure.
   * @default "5s"
   * @examples ["15s"]
   */
  monitor?: Duration
  /**
   * Longest time for the whole update to converge before apply rolls it back. It is never less than
   * 12 s for each task, and `delay`, of the largest fleet.
   * @default "5m"
   * @examples ["10m"]
   */
  deadline?: Duration
}

/** The load balancers' behaviour. */
export interface Edge {
  /**
   * Host name of the shop; its certificate is the secret `edge_tls`.
   * @pattern ^[a-z0-9]([a-z0-9.-]*[a-z0-9])$
   * @examples ["shop.example.com"]
   */
  hostname: string
  /**
   * Other accepted host names.
   * @default none
   * @examples [["www.shop.example.com"]]
   */
  aliases?: string[]
  /**
   * How the load balancers share the floating IP.
   * @default every field's own
   */
  vrrp?: Vrrp
  /**
   * How long HAProxy waits, by phase of a request.
   * @default every field's own
   */
  timeouts?: EdgeTimeouts
  /**
   * How HAProxy notices that an app task is gone.
   * @default every field's own
   */
  health?: EdgeHealth
  /**
   * Connections HAProxy accepts at once.
   * @default 20000
   * @examples [50000]
   */
  maxConnections?: PositiveInteger
  /**
   * Requests one app task may serve at once; more wait in HAProxy's queue.
   * @default 200
   * @examples [100]
   */
  maxConnectionsPerTask?: PositiveInteger
  /**
   * A CDN that answers a share of the requests before they reach the fleet.
   * @default none
   */
  cdn?: Cdn
  /**
   * A queue for visitors when the fleet is full.
   * @default none
   */
  waitingRoom?: WaitingRoom
  /**
   * Requests that each client address may make; those past it get a 429.
   * @default none
   */
  rateLimit?: RateLimit
}

/** VRRP between the load balancers. */
export interface Vrrp {
  /**
   * Interval between advertisements; the backup takes over after three and a skew.
   * @default "200ms"
   * @examples ["100ms"]
   */
  advertInterval?: Duration
  /**
   * Virtual router id, unique on the segment.
   * @minimum 1
   * @maximum 255
   * @asType integer
   * @default 51
   * @examples [52]
   */
  routerId?: number
}

/** HAProxy timeouts. */
export interface EdgeTimeouts {
  /**
   * Longest time to receive a complete request header.
   * @default "5s"
   * @examples ["10s"]
   */
  request?: Duration
  /**
   * Longest time to open a connection to an app task.
   * @default "1s"
   * @examples ["500ms"]
   */
  connect?: Duration
  /**
   * Longest silence of a client.
   * @default "30s"
   * @examples ["60s"]
   */
  client?: Duration
  /**
   * Longest silence of an app task while it answers.
   * @default "15s"
   * @examples ["30s"]
   */
  server?: Duration
  /**
   * Longest wait for a free app task; then the client gets a 503.
   * @default "3s"
   * @examples ["5s"]
   */
  queue?: Duration
}

/** How HAProxy notices that an app task is gone. */
export interface EdgeHealth {
  /**
   * Time between two health checks of a server.
   * @default "1s"
   * @examples ["2s"]
   */
  interval?: Duration
  /**
   * Interval while a server changes state.
   * @default "250ms"
   * @examples ["500ms"]
   */
  fastInterval?: Duration
  /**
   * Failed checks before a server is out.
   * @default 2
   * @examples [3]
   */
  fall?: PositiveInteger
  /**
   * Passed checks before it is back.
   * @default 2
   * @examples [3]
   */
  rise?: PositiveInteger
}

/** A content delivery network in front of the VIP. */
export interface Cdn {
  /**
   * The CDN in use.
   * @examples ["cloudflare"]
   */
  vendor: "cloudflare" | "cloudfront"
  /**
   * Share of all requests that the CDN answers itself.
   * @examples ["45%"]
   */
  offload: Percent
}

/** A queue for visitors when the fleet is full. */
export interface WaitingRoom {
  /**
   * Whether visitors queue when the fleet is full.
   * @default true
   * @examples [false]
   */
  enabled?: boolean
  /**
   * Users admitted to the shop at once.
   * @examples [30000]
   */
  maxActiveUsers: PositiveInteger
}

/**
 * A leaky bucket for each client address (seed section 6): it takes `burst`
 * requests at once and empties at `requests` in each `period`. Not behind a
 * CDN, where all visitors come from the CDN's few addresses.
 */
export interface RateLimit {
  /**
   * Requests that one address may make in each period, again and again.
   * @examples [50]
   */
  requests: PositiveInteger
  /**
   * Time in which `requests` are allowed.
   * @default "1s"
   * @examples ["10s"]
   */
  period?: Duration
  /**
   * Requests that an address which was quiet may make at once.
   * @default equal to requests
   * @examples [100]
   */
  burst?: PositiveInteger
}

/** PostgreSQL under Patroni (seed section 3). */
export interface Database {
  /**
   * PostgreSQL major version.
   * @default 17
   * @examples [17]
   */
  version?: 17
  /**
   * Streaming replication mode; `quorum` gives RPO 0 at the price of write latency.
   * @default "async"
   */
  replication?: "async" | "quorum"
  /**
   * Server connections of each member. Every app host there may ever be needs a
   * share of them, because any member may have to serve all.
   * @default 200
   * @examples [400]
   */
  maxConnections?: PositiveInteger
  /**
   * Memory each member reserves and may use at most.
   * @default what the host's system and Redis, where it shares the host, leave
   * @examples ["24GB"]
   */
  memory?: ByteSize
  /**
   * Most WAL a member keeps for a replica that is away.
   * @default 20% of the disk
   * @examples ["100GB"]
   */
  replicationSlotWal?: ByteSize
  /**
   * How far a replica may be behind and still answer reads.
   * @default "16MB"
   * @examples ["64MB"]
   */
  maxReplicaLag?: ByteSize
  /**
   * How fast Patroni gives a silent primary up.
   * @default every field's own
   */
  failover?: DatabaseFailover
  /**
   * Connections that PgBouncer on each app host holds open.
   * @default every field's own
   */
  pool?: DatabasePool
}

/** Patroni's timing; `ttl` >= `loopWait` + 2 x `retryTimeout`. */
export interface DatabaseFailover {
  /**
   * How long the primary's lease lasts without being renewed.
   * @default "20s"
   * @examples ["30s"]
   */
  ttl?: Duration
  /**
   * Time between two looks at the cluster.
   * @default "5s"
   * @examples ["10s"]
   */
  loopWait?: Duration
  /**
   * How long a failing request to etcd or PostgreSQL is tried again.
   * @default "5s"
   * @examples ["10s"]
   */
  retryTimeout?: Duration
}

/** PgBouncer on each app host. */
export interface DatabasePool {
  /**
   * Server connections of the write route.
   * @default 60% of the host's share of maxConnections
   * @examples [34]
   */
  writeConnections?: PositiveInteger
  /**
   * Server connections of the read route.
   * @default the rest of the host's share of maxConnections
   * @examples [22]
   */
  readConnections?: PositiveInteger
  /**
   * Longest wait of a query for a server connection; longer than a failover.
   * @default "60s"
   * @examples ["90s"]
   */
  queryWaitTimeout?: Duration
}

/** WAL archive and base backups (seed section 3.3). */
export interface Backup {
  /**
   * Longest time until a WAL segment is archived; must be below the RPO.
   * @examples ["60s"]
   */
  archiveTimeout: Duration
  /**
   * Start of the daily full backup.
   * @examples ["02:00"]
   */
  fullBackupAt: TimeOfDay
  /**
   * How long backups are kept.
   * @default "14d"
   * @examples ["30d"]
   */
  retention?: Duration
  /**
   * Day of the weekly restore test.
   * @default "sunday"
   */
  restoreTest?: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
}

/**
 * Redis Clusters for sessions and cache: three masters and three replicas each,
 * over the first three hosts. Clients reach keys that begin with `session:` in
 * the one and `cache:` in the other.
 */
export interface Redis {
  /**
   * Memory of each session instance; never evicted. Every host runs two.
   * @default a sixth of what the system and PostgreSQL leave of the host
   * @examples ["2GB"]
   */
  sessionMemory?: ByteSize
  /**
   * Memory of each cache instance; evicted by use (LFU). Every host runs two.
   * @default a third of what the system and PostgreSQL leave of the host
   * @examples ["4GB"]
   */
  cacheMemory?: ByteSize
  /**
   * Silence after which the others suspect a master (cluster-node-timeout).
   * @default "5s"
   * @examples ["3s"]
   */
  nodeTimeout?: Duration
}

/** S3-compatible storage for product images and backups. */
export interface ObjectStorage {
  /**
   * Address of the S3 API.
   * @pattern ^https://
   * @examples ["https://sgp1.digitaloceanspaces.com"]
   */
  endpoint: string
  /**
   * Region that requests are signed for.
   * @pattern ^[a-z0-9-]{1,32}$
   * @default the provider's region
   * @examples ["us-east-1"]
   */
  region?: string
  /**
   * Address below which browsers find product images, e.g. that of a CDN; or a path of the
   * shop, which the load balancers then answer from the bucket.
   * @pattern ^(https://|/[a-z][a-z0-9-]*$)
   * @default the images bucket at the endpoint
   * @examples ["https://images.example.com"]
   */
  imagesBaseUrl?: string
  /**
   * Bucket of the product images.
   * @pattern ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$
   * @examples ["quickcart-images"]
   */
  imagesBucket: string
  /**
   * Bucket of WAL segments and base backups.
   * @pattern ^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$
   * @default none
   * @examples ["quickcart-backup"]
   */
  backupBucket?: string
}

/**
 * Prometheus and Alertmanager on the last manager, exporters on every host of the
 * Swarm: all but the bastion. The section's presence switches them on.
 */
export interface Monitoring {
  /**
   * Time between two scrapes of a target, and between two looks at the rules.
   * @default "15s"
   * @examples ["30s"]
   */
  scrapeInterval?: Duration
  /**
   * How long metrics are kept, unless `storage` is full before.
   * @default "15d"
   * @examples ["30d"]
   */
  retention?: Duration
  /**
   * Disk that metrics may fill; the oldest go first.
   * @default 20% of a manager's disk
   * @examples ["20GB"]
   */
  storage?: ByteSize
  /**
   * Memory that Prometheus may use at most.
   * @default a quarter of a manager's memory
   * @examples ["1GB"]
   */
  memory?: ByteSize
  /**
   * Where people read the runbooks: the address before `/<alert>.md` in each
   * notification.
   * @pattern ^[A-Za-z0-9:/._~%-]+$
   * @default "docs/runbooks"
   * @examples ["https://git.example.com/quickcart/blob/main/docs/runbooks"]
   */
  runbooks?: string
  /**
   * Grafana beside Prometheus, which shows the dashboards; its user `admin` logs in with the
   * secret `grafana_admin_password`.
   * @default none: the dashboards are rendered all the same
   */
  grafana?: Grafana
  /**
   * Who is told. Addresses that are keys, and keys, are secrets.
   * @default nobody
   */
  notify?: Notify
}

/** The dashboards' server. */
export interface Grafana {
  /**
   * The official image, or a copy of it in a registry that the managers reach: Grafana 12, as
   * later ones fetch what asks Prometheus from the Internet when they start.
   * @examples ["grafana/grafana:12.3.1@sha256:2175aaa91c96733d86d31cf270d5310b278654b03f5718c59de12a865380a31f"]
   */
  image: ImageRef
}

/** The log store, on the manager that runs monitoring. */
export interface Logs {
  /**
   * How long logs are kept, unless `storage` is full before.
   * @default "14d"
   * @examples ["30d"]
   */
  retention?: Duration
  /**
   * Disk that logs may fill; the oldest go first.
   * @default 20% of a manager's disk
   * @examples ["10GB"]
   */
  storage?: ByteSize
  /**
   * Which requests' lines of the load balancers are stored: `all`, or only those
   * that `failed` (an answer of 400 or above, or none).
   * @default "all"
   * @examples ["failed"]
   */
  requests?: "all" | "failed"
}

/**
 * Who is told what: `critical` alerts page, `warning` ones are tickets, `info`
 * ones only show. Whoever is missing here is left out.
 */
export interface Notify {
  /**
   * Critical alerts and warnings by e-mail.
   * @default none
   */
  email?: NotifyEmail
  /**
   * Critical alerts and warnings to a Slack channel; the webhook's URL is the
   * secret `alertmanager_slack_url`.
   * @default none
   */
  slack?: NotifySlack
  /**
   * Critical alerts to PagerDuty; the integration key is the secret
   * `alertmanager_pagerduty_key`.
   * @default false
   * @examples [true]
   */
  pagerDuty?: boolean
  /**
   * Ping a dead man's switch every minute, which tells people when the pings
   * stop; its URL is the secret `alertmanager_heartbeat_url`.
   * @default false
   * @examples [true]
   */
  heartbeat?: boolean
}

/** E-mail over a mail server that offers STARTTLS. */
export interface NotifyEmail {
  /**
   * Receiver.
   * @pattern ^[^@\s]+@[^@\s]+$
   * @examples ["oncall@example.com"]
   */
  to: string
  /**
   * Sender.
   * @pattern ^[^@\s]+@[^@\s]+$
   * @examples ["alerts@example.com"]
   */
  from: string
  /**
   * Mail server as `host:port`.
   * @pattern ^[A-Za-z0-9.-]+:[0-9]{1,5}$
   * @examples ["smtp.example.com:587"]
   */
  smarthost: string
  /**
   * User at the mail server; the password is the secret
   * `alertmanager_smtp_password`.
   * @default no login
   * @examples ["alerts@example.com"]
   */
  username?: string
}

/** A Slack channel. */
export interface NotifySlack {
  /**
   * Channel the webhook may write to.
   * @pattern ^#[a-z0-9_-]{1,79}$
   * @examples ["#ops"]
   */
  channel: string
}

/** Load at which a tier has to grow (seed section 2.2). */
export interface Scaling {
  /**
   * CPU use of the load balancers that calls for more.
   * @default none
   * @examples ["60%"]
   */
  loadBalancerCpu?: Percent
  /**
   * Traffic of one load balancer, the busier direction, that calls for a larger size.
   * @default none
   * @examples ["1.4Gbps"]
   */
  loadBalancerBandwidth?: Bandwidth
  /**
   * CPU use of the app hosts that calls for more hosts.
   * @default none
   * @examples ["70%"]
   */
  appCpu?: Percent
  /**
   * Memory use of the app hosts that calls for more hosts.
   * @default none
   * @examples ["80%"]
   */
  appMemory?: Percent
  /**
   * CPU use of the database primary that calls for a larger size.
   * @default none
   * @examples ["70%"]
   */
  databaseCpu?: Percent
  /**
   * Disk operations a second (reads and writes) of the database primary that
   * call for a faster disk; 70% of what the provider promises for it.
   * @default none
   * @examples [7000]
   */
  databaseDiskIops?: PositiveInteger
  /**
   * Read latency of a replica that calls for another replica.
   * @default none
   * @examples ["100ms"]
   */
  replicaReadLatency?: Duration
  /**
   * Share of the Redis memory in use that calls for more.
   * @default none
   * @examples ["70%"]
   */
  redisMemory?: Percent
  /**
   * Traffic of the buckets, as their provider counts it, that calls for a CDN
   * in front of them.
   * @default none
   * @examples ["500Mbps"]
   */
  objectStorageBandwidth?: Bandwidth
}

/** A planned peak (seed section 6): app hosts are there before it starts. */
export interface FlashSale {
  /**
   * Name of the sale, unique in the environment.
   * @pattern ^[a-z][a-z0-9-]{0,39}$
   * @examples ["harbolnas"]
   */
  name: string
  /**
   * Start, local time of the environment's time zone.
   * @pattern ^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]$
   * @examples ["2026-12-12T19:00"]
   */
  start: string
  /**
   * How long the sale lasts.
   * @examples ["3h"]
   */
  duration: Duration
  /**
   * App hosts wanted during the sale.
   * @examples [50]
   */
  appHosts: PositiveInteger
  /**
   * How long before the start the hosts have to serve.
   * @default "1h"
   * @examples ["2h"]
   */
  prewarm?: Duration
}

/** Permission to break one rule, with the reason that reviewers read. */
export interface Waiver {
  /**
   * Id of the rule.
   * @examples ["capacity/cores"]
   */
  rule: string
  /**
   * Why this environment may break it; twenty characters or more.
   * @minLength 20
   * @examples ["one app host is enough for the demo; nobody buys here"]
   */
  reason: string
}
