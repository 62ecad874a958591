import { spawnSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

/** A machine as `setup.sh` meets it, by what it lacks or does unlike a Debian that has everything. */
export interface Machine {
  /** Distribution, as /etc/os-release names it. */
  system?: string
  /** User id; 0 is root. */
  user?: number
  environment?: Record<string, string>
  /** Bodies of the shell scripts that stand in for programs; null: there is no such program. */
  programs?: Record<string, string | null>
  /** The same for programs that a stand-in for apt-get finds in `$ROOT/packages`. */
  packages?: Record<string, string>
  /** What was noted when the Node modules were installed; empty when they were not. */
  modules?: string
}

export interface SetupResult {
  exitCode: number | null
  stdout: string
  stderr: string
  /** Calls of what installs or starts something, in order. */
  changes: string[]
  /** What it left in its folder for temporary files. */
  leftovers: string[]
  /** Content of a file in the repository, undefined when there is none. */
  file(path: string): string | undefined
}

/** Text of the lock in the copy of the repository, and what is noted for it once installed. */
export const lock = { text: "{}\n", noted: spawnSync("cksum", { input: "{}\n" }).stdout.toString() }

const df = (freeKilobytes: number) =>
  `echo "Filesystem 1024-blocks Used Available"; echo "/dev/vda1 1 1 ${freeKilobytes}"`

/** Bodies of stand-ins that cases share. */
export const bodies = {
  df,
  /** The engine answers once dockerd was started. */
  engine: '[ "$1" != info ] || [ -e "$ROOT/engine" ]',
  startsEngine: 'touch "$ROOT/engine"',
  stopped: '[ "$1" != info ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }',
  /** Says it as apt-get or npm do, and fails. */
  failing: (text: string) => `echo "${text}" >&2; exit 100`,
}

const everything: Record<string, string> = {
  age: "",
  "apt-cache": 'echo "  Candidate: 26.1.5"',
  "apt-get": "",
  debootstrap: "",
  df: df(99e6),
  docker: 'case "$*" in *DockerRootDir*) echo / ;; esac',
  dockerd: "",
  npm: "mkdir -p node_modules",
  pgrep: "exit 1",
  setsid: 'exec "$@"',
  shellcheck: "",
  sleep: "",
  ssh: "",
}

/** What the script uses of the system under the test, as it is. */
const real = "awk cat cksum cp date dirname grep mkdir mktemp rm tail touch uname".split(" ")

const changing = /^(?:apt-get|dockerd|dpkg|install|npm|systemctl) /

/** Runs a copy of the script; all that it reads and writes is below a folder made for it. */
export function runSetup(machine: Machine): SetupResult {
  const root = mkdtempSync(join(tmpdir(), "quickcart-setup-"))
  try {
    prepare(root, machine)
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["repository/scripts/setup.sh"], {
      cwd: root,
      env: {
        PATH: join(root, "bin"),
        TMPDIR: join(root, "tmp"),
        ROOT: root,
        ...machine.environment,
      },
      encoding: "utf8",
    })
    const files = readBelow(join(root, "repository"))
    return {
      exitCode: status,
      stdout,
      stderr,
      changes: readFileSync(join(root, "calls"), "utf8")
        .split("\n")
        .filter((call) => changing.test(call)),
      leftovers: readdirSync(join(root, "tmp")),
      file: (path) => files.get(path),
    }
  } finally {
    rmSync(root, { recursive: true })
  }
}

function prepare(root: string, { system = "debian", user = 0, modules, ...machine }: Machine) {
  const folders = ["bin", "etc", "packages", "repository/node_modules", "repository/scripts"]
  for (const folder of [...folders, "run", "tmp", "var/log", "var/run"])
    mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, "etc/os-release"), `ID=${system}\n`)
  writeFileSync(join(root, "repository/package-lock.json"), lock.text)
  writeFileSync(join(root, "repository/node_modules/.quickcart-lock"), modules ?? lock.noted)
  writeFileSync(join(root, "repository/scripts/setup.sh"), scriptBelow(root))
  writeFileSync(join(root, "calls"), "")
  for (const program of real) symlinkSync(findProgram(program), join(root, "bin", program))
  const programs = { ...everything, id: `echo ${user}`, ...machine.programs }
  for (const [name, body] of Object.entries(programs))
    if (body !== null) standIn(root, "bin", name, body)
  for (const [name, body] of Object.entries(machine.packages ?? {}))
    standIn(root, "packages", name, body)
}

/** The script with the system's folders moved below `root`; it has no setting for them. */
function scriptBelow(root: string): string {
  const text = readFileSync(join(import.meta.dirname, "setup.sh"), "utf8")
  return text.replaceAll(/(?<=[\s="])\/(?=(?:etc|run|usr|var)\/)/g, `${root}/`)
}

/** A program that notes how it was called, and does no more than `body` says. */
function standIn(root: string, folder: string, name: string, body: string): void {
  const text = `#!/bin/sh\necho "${name} $*" >> "$ROOT/calls"\n${body}\n`
  writeFileSync(join(root, folder, name), text, { mode: 0o755 })
}

function findProgram(name: string): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name)
    if (existsSync(file)) return file
  }
  throw new Error(`${name} is not installed`)
}

function readBelow(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name))
  return new Map(files.map((file) => [file.slice(folder.length + 1), readFileSync(file, "utf8")]))
}
