import type { Component, ToolCheck } from "../core/component.ts"
import type { Fleet, Role } from "../core/fleet.ts"
import { kebabRole } from "../core/roles.ts"
import { cloudInit } from "./cloud-init.ts"
import { hostFlows } from "./flows.ts"
import { dockerFlows, dockerMonitoring } from "./monitoring.ts"

/** What a machine is before it joins: user, SSH, Docker, kernel settings. */
export const host: Component = {
  name: "host",
  contribute: (fleet) => {
    const roles = rolesOf(fleet)
    return {
      services: [],
      flows: [...hostFlows(fleet), ...dockerFlows(fleet)],
      files: roles.map((role) => ({ path: cloudInitPath(role), text: cloudInit(fleet, role) })),
      checks: roles.map(check),
      credentials: [],
      monitored: dockerMonitoring(fleet),
    }
  },
}

function rolesOf(fleet: Fleet): Role[] {
  return [...new Set(fleet.hosts.map((one) => one.role))]
}

function cloudInitPath(role: Role): string {
  return `hosts/${kebabRole(role)}/cloud-init.yaml`
}

/** The user-data, and every file it writes, each judged by the program that reads it. */
function check(role: Role): ToolCheck {
  const userData = `/stack/${cloudInitPath(role)}`
  return {
    name: `cloud-init schema ${kebabRole(role)}`,
    image: "host",
    command: [
      "set -e",
      `cloud-init schema --config-file ${userData}`,
      `python3 - ${userData} <<'END'`,
      "import os, sys, yaml",
      "for file in yaml.safe_load(open(sys.argv[1]))['write_files']:",
      "    path = '/tmp/written' + file['path']",
      "    os.makedirs(os.path.dirname(path), exist_ok=True)",
      "    open(path, 'w').write(file['content'])",
      "END",
      "cd /tmp/written",
      "sh -n usr/local/sbin/quickcart-host-setup",
      "ssh-keygen -q -t ed25519 -N '' -f /tmp/host_key",
      "mkdir -p /run/sshd",
      "sshd -t -h /tmp/host_key -f etc/ssh/sshd_config.d/10-quickcart.conf",
      ...(role === "bastion" ? [] : ["dockerd --validate --config-file etc/docker/daemon.json"]),
    ].join("\n"),
  }
}
