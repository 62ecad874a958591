import type { EnvironmentSpec, Workload } from "../../schema/environment.ts"
import { parseEnvironment } from "../../schema/parse.ts"

/** A valid environment as text, which tests edit line by line. */
export const specText = `name: shop
tier: development
provider:
  name: digitalocean
  region: sgp1
network:
  vpc: 10.10.0.0/16
  subnets: {public: 203.0.113.0/24, private: 10.10.0.0/20, overlay: 10.20.0.0/16}
  vip: 203.0.113.100
hosts:
  manager: {count: 3, vcpu: 1, memory: 2GB, disk: 50GB, size: s-1vcpu-2gb}
  loadBalancer: {count: 2, vcpu: 1, memory: 2GB, disk: 50GB, size: s-1vcpu-2gb}
  app:
    count: 2
    vcpu: 2
    memory: 4GB
    disk: 80GB
    size: s-2vcpu-4gb
  database: {count: 3, vcpu: 2, memory: 4GB, disk: 80GB, size: s-2vcpu-4gb}
  bastion: {count: 1, vcpu: 1, memory: 1GB, disk: 25GB, size: s-1vcpu-1gb}
workload:
  concurrentUsers: 100
  requestsPerUserPerSecond: 1
  requestsPerCorePerSecond: 150
  flashSaleFactor: 2
objectives: {edgeFailover: 3s, rpo: 5m, rto: 15m, availability: 99%}
images:
  registry: registry.example.com/shop
  reference: source
app:
  replicas: 4
  resources: {cpu: 0.5, memory: 512MB}
  environment:
    LOG_LEVEL: info
edge:
  hostname: shop.example.com
  vrrp:
    advertInterval: 100ms
secrets:
  - edge_tls
`

/** The environment with another workload. Throws when the fixture is not valid. */
export function specWith(workload: Partial<Workload>): EnvironmentSpec {
  const { spec, problems } = parseEnvironment(specText, "environments/shop.yaml")
  if (spec === undefined) throw new Error(JSON.stringify(problems))
  return { ...spec, workload: { ...spec.workload, ...workload } }
}
