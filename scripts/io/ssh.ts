import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { type FleetFile, hostsOf } from "../deploy/fleet-file.ts"
import { Fatal } from "./clock.ts"
import { type CommandResult, run } from "./command.ts"
import { Failure } from "./failure.ts"
import { type Followed, followLines } from "./follow.ts"
import type { State } from "./state.ts"

/** Commands and sockets on the fleet's hosts, all through the bastion. */
export interface Remote {
  /** Runs a shell command on a host; secrets go through `input` only. */
  exec(host: string, command: string, options?: ExecOptions): Promise<CommandResult>
  /** Begins to connect to hosts that will be needed soon; whether it worked shows when they are. */
  reach(hosts: string[]): void
  /** Runs a command that goes on until `signal` ends it, and hands on each line that it prints. */
  follow(
    host: string,
    command: string,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<Followed>
  /** A local unix socket that leads to `remoteSocket` on the host. */
  forward(host: string, remoteSocket: string): Promise<string>
  /** Ends every connection and removes the sockets. */
  close(): Promise<void>
}

export interface ExecOptions {
  /** Text, or a stream whose end the command waits for. */
  input?: string | Readable
  allowFailure?: boolean
  timeoutSeconds?: number
  /** It only reads: when the connection is lost under it, it is sent again over a new one. */
  repeatable?: true
}

/**
 * Text of an OpenSSH configuration that knows every host, pins every key and
 * jumps over the bastion. With a directory for control sockets, connections are shared.
 */
export function sshConfig(fleet: FleetFile, state: State, controlDirectory?: string): string {
  const common = [
    "Host *",
    "  User deploy",
    `  IdentityFile ${state.path("ssh", "deploy_key")}`,
    "  IdentitiesOnly yes",
    "  BatchMode yes",
    `  UserKnownHostsFile ${state.path("ssh", "known_hosts")}`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  UpdateHostKeys no",
    "  ConnectTimeout 10",
    "  ServerAliveInterval 5",
    "  ServerAliveCountMax 3",
    ...(controlDirectory === undefined
      ? []
      : ["  ControlMaster auto", "  ControlPersist 120", `  ControlPath ${controlDirectory}/%C`]),
    "  StreamLocalBindUnlink yes",
    "  LogLevel ERROR",
  ]
  const bastions = hostsOf(fleet, "bastion")
  const hosts = fleet.hosts.flatMap((host) => [
    `Host ${host.name}`,
    `  HostName ${host.role === "bastion" ? host.publicAddress : host.privateAddress}`,
    `  HostKeyAlias ${host.name}`,
    ...(host.role === "bastion" ? [] : [`  ProxyJump ${bastions[0]?.name}`]),
  ])
  return `${[...hosts, ...common].join("\n")}\n`
}

/** ssh's own exit code for "no connection"; anything else is the remote command's. */
const sshFailed = 255
const handshakeRetries = 3
/** A fleet that is not there should be said to be so soon: four tries of five seconds. */
const impatient = ["-o", "ConnectTimeout=5"]

/** Connections of one process do not share sockets: closing one must not end another. */
let opened = 0

/** Opens a Remote for the environment; no connection is made before the first use. */
export function openRemote(fleet: FleetFile, state: State): Remote {
  requireDeployKey(fleet, state)
  const id = createHash("sha256").update(state.root).digest("hex").slice(0, 8)
  const prefix = `quickcart-${process.getuid?.() ?? 0}-${id}-`
  removeDead(tmpdir(), prefix)
  removeDead(state.path("ssh"), "config-")
  opened += 1
  const own = `${process.pid}-${opened}`
  const directory = join(tmpdir(), `${prefix}${own}`)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const config = state.write(sshConfig(fleet, state, directory), "ssh", `config-${own}`)
  state.write(sshConfig(fleet, state), "ssh", "config")
  const connected = new Set<string>()
  /** Those that have run a command: a second try is worth its time. */
  const answered = new Set<string>()
  const bastions = hostsOf(fleet, "bastion").map((host) => host.name)
  const attempt = async (
    host: string,
    extra: string[],
    options: ExecOptions,
  ): Promise<CommandResult> => {
    const argv = ["ssh", "-F", config, ...extra]
    const once = async () => withoutOwnWords(await run(argv, { ...options, allowFailure: true }))
    let result = await once()
    for (let left = handshakeRetries; left > 0 && neverStarted(result); left -= 1) {
      result = await once()
    }
    refuseChangedKey(host, result)
    connected.add(host)
    // What was lost may be the bastion's connection: the next command looks.
    if (connectionLost(result)) entrance = undefined
    else answered.add(host)
    return result
  }
  // One connection to the bastion carries all others; without it, no other is tried.
  let entrance: Promise<CommandResult> | undefined
  const enter = async (): Promise<CommandResult | undefined> => {
    const [bastion] = bastions
    if (bastion === undefined) return undefined
    entrance ??= attempt(bastion, [...impatient, bastion, "--", "true"], {})
    const result = await entrance
    if (result.exitCode === 0) return undefined
    entrance = undefined
    return result
  }
  const reached = new Map<string, Promise<unknown>>()
  const ssh = async (
    host: string,
    extra: string[],
    { repeatable, ...options }: ExecOptions = {},
  ): Promise<CommandResult> => {
    await reached.get(host)
    const known = answered.has(host)
    const closed = bastions.includes(host) ? undefined : await enter()
    if (closed !== undefined && options.allowFailure !== true) {
      throw new NoEntrance(`${bastions[0]}: ${closed.stderr.trim()}`)
    }
    const result = closed ?? (await attempt(host, extra, options))
    if (connectionLost(result) && repeatable === true && known) return ssh(host, extra, options)
    if (result.exitCode !== 0 && options.allowFailure !== true) {
      throw new Failure(`${host}: ${result.stderr.trim() || result.stdout.trim()}`)
    }
    return result
  }
  const exec: Remote["exec"] = (host, command, options) => ssh(host, [host, "--", command], options)
  return {
    exec,
    reach: (hosts) => {
      for (const host of hosts) {
        const first = exec(host, "true", { allowFailure: true })
        reached.set(
          host,
          first.catch(() => undefined),
        )
      }
    },
    follow: async (host, command, onLine, signal) => {
      // Whatever is wrong with the connection is said here.
      await ssh(host, [host, "--", "true"])
      return followLines(["ssh", "-F", config, host, "--", command], onLine, signal)
    },
    forward: async (host, remoteSocket) => {
      const local = join(directory, `${host}.sock`)
      // In two steps: an ssh that found no master to share would stay as long as the socket is used.
      await ssh(host, [host, "--", "true"])
      await ssh(host, ["-O", "forward", "-L", `${local}:${remoteSocket}`, host])
      return local
    },
    close: async () => {
      const inner = [...connected].filter((host) => !bastions.includes(host))
      for (const group of [inner, bastions]) {
        await Promise.all(
          group.map((host) =>
            run(["ssh", "-F", config, "-O", "exit", host], { allowFailure: true }),
          ),
        )
      }
      rmSync(directory, { recursive: true, force: true })
      rmSync(config, { force: true })
    },
  }
}

/** Throws a Failure when this checkout has no way into the fleet, which usually is not up. */
export function requireDeployKey(fleet: FleetFile, state: State): void {
  if (existsSync(state.path("ssh", "deploy_key"))) return
  throw new Failure(
    `no SSH key for ${fleet.environment} in ${state.path("ssh")}. Create the fleet first: npx quickcart up ${fleet.environment}`,
  )
}

/** What runs that were killed left behind: entries named after a process that is gone. */
function removeDead(directory: string, prefix: string): void {
  for (const name of readdirSync(directory)) {
    const pid = name.startsWith(prefix)
      ? Number.parseInt(name.slice(prefix.length), 10)
      : Number.NaN
    if (Number.isNaN(pid) || existsSync(`/proc/${pid}`) || !existsSync("/proc/self")) continue
    rmSync(join(directory, name), { recursive: true, force: true })
  }
}

function refuseChangedKey(host: string, result: CommandResult): void {
  if (result.exitCode === 0) return
  if (/IDENTIFICATION HAS CHANGED|Host key verification failed/.test(result.stderr)) {
    throw new HostKeyChanged(
      `the SSH host key of ${host} (or of the bastion before it) is not the pinned one; refusing to connect. If the host was rebuilt on purpose, recreate it with "npx quickcart up", which pins the new key.\n${result.stderr.trim()}`,
    )
  }
}

/** Two commands that begin at once both want to make the connection that is shared: no fault of either. */
export function withoutOwnWords(result: CommandResult): CommandResult {
  const lines = result.stderr.split("\n")
  const stderr = lines.filter((line) => !/^ControlSocket .* already exists/.test(line)).join("\n")
  return { ...result, stderr }
}

/**
 * Whether a busy host or bastion dropped the connection before the command
 * began, so that sending it again cannot do anything twice.
 */
export function neverStarted({ exitCode, stderr }: CommandResult): boolean {
  return (
    exitCode === sshFailed &&
    /during banner exchange|kex_exchange_identification|Connection closed by UNKNOWN/.test(stderr)
  )
}

/** Whether ssh ended without the command's own exit code, so that nobody knows how far it came. */
export function connectionLost({ exitCode, killed }: CommandResult): boolean {
  return killed === true || exitCode === sshFailed
}

/** The bastion cannot be reached, and so no host can. */
export class NoEntrance extends Failure {}

/** Somebody else answers at a host's address, or it was rebuilt behind our back. */
export class HostKeyChanged extends Fatal {}
