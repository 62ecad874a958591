import type { ComposeSpecification } from "docker-compose"
import type { FleetFile } from "../../deploy/fleet-file.ts"
import type { HostRequest } from "./provider.ts"

/** Ports on the outer machine, loopback only. */
export const boxPorts = { http: 8080, https: 8443, registry: 5580 } as const

/**
 * Capabilities a host needs to run its own dockerd. `privileged` would ask for
 * CAP_SYS_RESOURCE too, which some machines cannot give.
 */
const hostCapabilities = [
  "SYS_ADMIN",
  "NET_ADMIN",
  "NET_RAW",
  "NET_BROADCAST",
  "SYS_PTRACE",
  "SYS_MODULE",
  "SYS_NICE",
  "SYS_CHROOT",
  "MKNOD",
  "DAC_READ_SEARCH",
  "IPC_LOCK",
  "SYSLOG",
  "AUDIT_CONTROL",
  "SETFCAP",
  "SYS_TIME",
]

export interface BoxFiles {
  /** Directory of a host's NoCloud seed. */
  seed(host: string): string
  /** Where the registry keeps its layers between runs. */
  registryStorage: string
  /** HAProxy configuration of the door to localhost. */
  doorConfig: string
  /** CA that signed the shop's certificate. */
  certificateAuthority: string
}

/** Local image tags, by image name. */
export type LocalTags = Record<"host" | "haproxy" | "registry", string>

/** The compose project that is the box: two networks, a registry, a door to localhost, and the hosts. */
export function boxCompose(
  fleet: FleetFile,
  hosts: HostRequest[],
  files: BoxFiles,
  tags: LocalTags,
): ComposeSpecification {
  const project = boxProject(fleet)
  return {
    name: project,
    services: {
      registry: {
        image: tags.registry,
        networks: {
          private: { ipv4_address: fleet.registry.address.split(":")[0] ?? "" },
          public: {},
        },
        ports: [`127.0.0.1:${boxPorts.registry}:5000`],
        volumes: [`${files.registryStorage}:/var/lib/registry`],
      },
      door: {
        image: tags.haproxy,
        entrypoint: ["haproxy", "-db", "-f", "/door/haproxy.cfg"],
        networks: { public: {} },
        ports: [`127.0.0.1:${boxPorts.http}:8080`, `127.0.0.1:${boxPorts.https}:8443`],
        volumes: [
          `${files.doorConfig}:/door/haproxy.cfg:ro`,
          `${files.certificateAuthority}:/door/ca.pem:ro`,
        ],
      },
      ...Object.fromEntries(
        hosts.map((request) => [request.host.name, host(request, files, tags)]),
      ),
    },
    networks: {
      // Interfaces are numbered in the order of these names: public eth0, private eth1.
      public: {
        name: `${project}-0-public`,
        ipam: { config: [{ subnet: fleet.network.publicSubnet }] },
      },
      private: {
        name: `${project}-1-private`,
        internal: true,
        ipam: { config: [{ subnet: fleet.network.privateSubnet }] },
      },
    },
    volumes: Object.fromEntries(hosts.map((request) => [`${request.host.name}-docker`, {}])),
  }
}

/** What the Compose project of every box begins with. */
export const boxProjectPrefix = "quickcart-"

/** Compose project name of the environment's box. */
export function boxProject(fleet: FleetFile): string {
  return `${boxProjectPrefix}${fleet.environment}`
}

function host(request: HostRequest, files: BoxFiles, tags: LocalTags) {
  const { name, publicAddress, privateAddress } = request.host
  return {
    image: tags.host,
    hostname: name,
    init: true,
    cap_add: hostCapabilities,
    security_opt: ["seccomp:unconfined", "apparmor:unconfined", "systempaths=unconfined"],
    tmpfs: ["/run", "/tmp"],
    volumes: [
      `${name}-docker:/var/lib/docker`,
      `${files.seed(name)}:/var/lib/cloud/seed/nocloud:ro`,
    ],
    networks: {
      ...(publicAddress === null ? {} : { public: { ipv4_address: publicAddress } }),
      private: { ipv4_address: privateAddress },
    },
    labels: { "quickcart.instance": request.instanceId },
  }
}

/**
 * The door forwards loopback ports of the outer machine to the VIP, so that a
 * browser needs neither a route nor a trusted certificate.
 */
export function doorConfig(fleet: FleetFile): string {
  return `# The box's door: localhost:${boxPorts.http} -> https://${fleet.network.vip}
global
  log stdout format raw local0 notice
defaults
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend http
  mode http
  bind :8080
  http-request set-header Host ${fleet.hostname}
  http-response replace-header Set-Cookie "(.*); ?Secure(.*)" "\\1\\2"
  http-response del-header Strict-Transport-Security
  default_backend vip_http
frontend https
  mode tcp
  bind :8443
  default_backend vip_tcp
backend vip_http
  mode http
  http-reuse never
  server vip ${fleet.network.vip}:443 ssl verify required ca-file /door/ca.pem sni str(${fleet.hostname}) verifyhost ${fleet.hostname}
backend vip_tcp
  mode tcp
  server vip ${fleet.network.vip}:443
`
}
