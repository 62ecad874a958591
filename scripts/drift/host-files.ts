import { createHash } from "node:crypto"
import { join } from "node:path"
import { parse } from "yaml"
import type { FleetFile, FleetHost } from "../deploy/fleet-file.ts"
import { run } from "../io/command.ts"
import { readText } from "../io/files.ts"
import type { Remote } from "../io/ssh.ts"
import type { Difference } from "./difference.ts"
import { list, record } from "./stack-value.ts"

const commitsSearched = 20

/** SHA-256 of each file that a cloud-init text writes, by its path. */
export function writtenFiles(cloudInit: string): Map<string, string> {
  const files = list(record(parse(cloudInit)).write_files).map(record)
  return new Map(
    files.map((file) => [
      String(file.path),
      createHash("sha256").update(String(file.content)).digest("hex"),
    ]),
  )
}

/**
 * Compares one host's files with what cloud-init wrote at its creation. Content
 * of an older commit (`before`) is pending: the host was created then, and
 * only a new host takes the new files.
 */
export function hostFileDifferences(
  host: string,
  wanted: ReadonlyMap<string, string>,
  live: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>[],
): Difference[] {
  return [...wanted].flatMap(([path, sha256]): Difference[] => {
    const found = live.get(path)
    if (found === sha256) return []
    const older = found !== undefined && before.some((files) => files.get(path) === found)
    return [
      {
        kind: older ? "pending" : "drift",
        object: "file",
        name: `${host}:${path}`,
        field: "",
        wanted: `sha256 ${sha256.slice(0, 12)}`,
        live: found === undefined ? null : `sha256 ${found.slice(0, 12)}`,
        ...(older ? { recorded: "as of an older commit; recreate the host" } : {}),
      },
    ]
  })
}

interface HostComparison {
  differences: Difference[]
  /** `host: reason` of hosts that could not be looked at. */
  unseen: string[]
}

/** Reads and compares every host's files, over one connection each; hosts that do not answer are named. */
export async function compareHostFiles(
  repository: string,
  fleet: FleetFile,
  remote: Remote,
): Promise<HostComparison> {
  const results = await Promise.all(
    fleet.hosts.map((host) => compareHost(repository, fleet.environment, host, remote)),
  )
  return {
    differences: results.flatMap((one) => one.differences),
    unseen: results.flatMap((one) => one.unseen),
  }
}

async function compareHost(
  repository: string,
  environment: string,
  host: FleetHost,
  remote: Remote,
): Promise<HostComparison> {
  const path = `stacks/${environment}/hosts/${host.role}/cloud-init.yaml`
  const wanted = writtenFiles(readText(join(repository, path)) ?? "")
  const words = [...wanted.keys()].map((file) => `'${file}'`).join(" ")
  const result = await remote.exec(host.name, `sha256sum ${words} 2>/dev/null; echo read`, {
    allowFailure: true,
    timeoutSeconds: 20,
  })
  if (!result.stdout.endsWith("read\n")) {
    return { differences: [], unseen: [`${host.name}: what cloud-init wrote could not be read`] }
  }
  const live = parseSums(result.stdout)
  const same = [...wanted].every(([file, sha256]) => live.get(file) === sha256)
  const before = same ? [] : await olderFiles(repository, path)
  return { differences: hostFileDifferences(host.name, wanted, live, before), unseen: [] }
}

function parseSums(output: string): Map<string, string> {
  const lines = output.matchAll(/^([0-9a-f]{64}) {2}(.+)$/gm)
  return new Map([...lines].map(([, sha256 = "", path = ""]) => [path, sha256]))
}

async function olderFiles(repository: string, path: string): Promise<Map<string, string>[]> {
  const git = (...args: string[]) =>
    run(["git", ...args], { workingDirectory: repository, allowFailure: true })
  const log = await git("log", `-n${commitsSearched}`, "--format=%H", "--", path)
  const texts = await Promise.all(
    log.stdout
      .split("\n")
      .filter(Boolean)
      .map((commit) => git("show", `${commit}:${path}`)),
  )
  return texts.filter((text) => text.exitCode === 0).map((text) => writtenFiles(text.stdout))
}
