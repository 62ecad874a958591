import type { Fleet, Role } from "../core/fleet.ts"
import { hostsOf } from "../core/roles.ts"
import { loadTemplate } from "../core/template.ts"
import { generatedHeader, stringifyYaml } from "../core/yaml.ts"
import { daemonJson } from "./daemon-json.ts"
import { kernelSettings } from "./kernel-settings.ts"

const setupTemplate = loadTemplate(import.meta.url, "setup.sh.hbs")
const sshdTemplate = loadTemplate(import.meta.url, "sshd.conf.hbs")

const setupPath = "/usr/local/sbin/quickcart-host-setup"

/** Debian packages of a Swarm node; images that carry dockerd carry them all. */
const packages =
  "ca-certificates curl docker-cli docker.io iproute2 iptables nftables openssh-server procps"

/**
 * User-data of the hosts of one role. Public: keys and names of single hosts
 * are added when a host is created.
 */
export function cloudInit(fleet: Fleet, role: Role): string {
  const header = generatedHeader(fleet.source)
  const swarmNode = role !== "bastion"
  const config = {
    ...(swarmNode ? { groups: ["docker"] } : {}),
    users: [deployUser(swarmNode)],
    disable_root: true,
    ssh_pwauth: false,
    write_files: [
      file("/etc/ssh/sshd_config.d/10-quickcart.conf", sshd(fleet, role, header)),
      file("/etc/sysctl.d/60-quickcart.conf", kernelSettings(role, header)),
      ...(role === "loadBalancer" ? [file(modulesPath, `${header}\nnf_conntrack\n`)] : []),
      ...(swarmNode ? [file("/etc/docker/daemon.json", daemonJson(fleet, role))] : []),
      file(setupPath, setupTemplate({ docker: swarmNode, packages }), "0755"),
    ],
    runcmd: [[setupPath]],
  }
  return `#cloud-config\n${header}\n${stringifyYaml(config)}`
}

/** Docker loads the module of these settings late: at a reboot the kernel's own would count again. */
const modulesPath = "/etc/modules-load.d/quickcart.conf"

function deployUser(swarmNode: boolean) {
  return {
    name: "deploy",
    gecos: "QuickCart deploy",
    lock_passwd: true,
    shell: "/bin/bash",
    // On a Swarm node the Docker group is root already; the bastion needs neither.
    ...(swarmNode ? { groups: ["docker"], sudo: "ALL=(ALL) NOPASSWD:ALL" } : {}),
  }
}

function sshd(fleet: Fleet, role: Role, header: string): string {
  const bastion = role === "bastion"
  const users = bastion
    ? ["deploy"]
    : hostsOf(fleet, "bastion").map((host) => `deploy@${host.privateAddress}`)
  return sshdTemplate({ header, bastion, users })
}

function file(path: string, content: string, permissions = "0644") {
  return { path, permissions, content }
}
