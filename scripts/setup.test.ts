import { describe, expect, test } from "vitest"
import { bodies, lock, type Machine, runSetup } from "./setup-fixture.ts"
import { setupStart, setupTimeFile } from "./test-time.ts"

const { df, engine, failing, startsEngine, stopped } = bodies
const noDocker = { docker: null, dockerd: null }
const guide = "https://docs.docker.com/engine/install/"
const remedyOfUsers = "sudo sh scripts/setup.sh"

test("a machine that has everything stays as it is", () => {
  expect(runSetup({ user: 1000 })).toMatchObject({
    exitCode: 0,
    stdout: "",
    stderr: "",
    changes: [],
  })
})

describe("refuses, and changes nothing", () => {
  const cases: [string, Machine, string[]][] = [
    [
      "Docker missing on another system",
      { system: "fedora", programs: noDocker },
      ["Docker is missing. Install Docker Engine", guide, "Compose plugin"],
    ],
    [
      "Docker missing, not root",
      { user: 1000, programs: noDocker },
      ["Docker is missing", remedyOfUsers],
    ],
    [
      "the engine stopped, not root",
      { user: 1000, programs: { docker: stopped } },
      ["does not run", "sudo systemctl start docker"],
    ],
    [
      "nobody answers at DOCKER_HOST",
      { programs: { docker: stopped }, environment: { DOCKER_HOST: "tcp://192.0.2.1:2375" } },
      ["DOCKER_HOST is tcp://192.0.2.1:2375", "unset DOCKER_HOST"],
    ],
    [
      "nobody answers at DOCKER_HOST, and only the client is there",
      {
        programs: { docker: stopped, dockerd: null },
        environment: { DOCKER_HOST: "tcp://192.0.2.1:2375" },
      },
      ["DOCKER_HOST is tcp://192.0.2.1:2375"],
    ],
    [
      "a user who may not use Docker",
      { user: 1000, programs: { docker: failing("permission denied while trying to connect") } },
      ["this user may not use it", "sudo usermod -aG docker $USER"],
    ],
    [
      "Compose missing on another system",
      { system: "arch", programs: { docker: '[ "$1" != compose ]' } },
      ["Docker Compose v2 is missing", guide],
    ],
    [
      "Compose missing, not root",
      { user: 1000, programs: { docker: '[ "$1" != compose ]' } },
      ["Docker Compose v2 is missing", remedyOfUsers],
    ],
    [
      "no SSH client, not root",
      { user: 1000, programs: { ssh: null } },
      ["The OpenSSH client is missing", remedyOfUsers],
    ],
    [
      "the disk nearly full",
      { programs: { df: df(9.9 * 1024 ** 2) } },
      ["only 9 GB free under /; the fleet needs 10 GB", "docker system prune"],
    ],
  ]
  test.each(cases)("%s", (_, machine, parts) => {
    const result = runSetup(machine)
    expect(result.stdout).toBe("")
    for (const part of parts) expect(result.stderr).toContain(part)
    expect(result.stderr).toMatch(/^error: .*\n$/)
    expect(result.exitCode).toBe(1)
    expect(result.changes).toEqual([])
  })
})

describe("says why an installation failed", () => {
  const lockHeld =
    "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)"
  const cases: [string, Machine, string][] = [
    [
      "apt's lock is held",
      { programs: { ...noDocker, "apt-get": failing(lockHeld) } },
      "another package manager holds apt's lock",
    ],
    [
      "apt's lock is held, in another language",
      {
        programs: {
          ...noDocker,
          "apt-get": `[ "\${LC_ALL:-}" = C ] || { echo "E: Sperre gehalten"; exit 100; }\n${failing(lockHeld)}`,
        },
        environment: { LC_ALL: "de_DE.UTF-8" },
      },
      "another package manager holds apt's lock",
    ],
    ...[
      "Temporary failure resolving 'deb.debian.org'",
      "Could not connect to deb.debian.org:80 (192.0.2.1), connection timed out",
    ].map((reason): [string, Machine, string] => [
      `the mirror: ${reason}`,
      {
        programs: {
          ...noDocker,
          // An update without a mirror is a warning to apt.
          "apt-get": `[ "$1" != update ] || { echo "W: ${reason}"; exit 0; }\n${failing("E: Unable to locate package docker.io")}`,
        },
      },
      "cannot be reached. Check the network",
    ]),
    [
      "npm's registry",
      { modules: "", programs: { npm: failing("npm error code EAI_AGAIN") } },
      "cannot be reached. Check the network",
    ],
    ...[
      "write /var/lib/dpkg: No space left on device",
      "E: You don't have enough free space in /var/cache/apt/archives/.",
      "npm error nospc ENOSPC: no space left on device, write",
    ].map((reason): [string, Machine, string] => [
      `the disk: ${reason}`,
      { modules: "", programs: { npm: failing(reason) } },
      "the disk is full. Free some space",
    ]),
    [
      "something else",
      { modules: "", programs: { npm: failing("npm error code EINTEGRITY") } },
      "this step failed: Installing Node modules",
    ],
  ]
  test.each(cases)("%s", (_, machine, reason) => {
    const result = runSetup(machine)
    expect(result.stderr.trimEnd().split("\n").at(-1)).toMatch(/^error: /)
    expect(result.stderr).toContain(reason)
    expect(result.exitCode).toBe(1)
    expect(result.leftovers).toEqual([])
  })

  test("and does not hold modules that it could not install for installed", () => {
    const result = runSetup({ modules: "", programs: { npm: failing("npm error") } })
    expect(result.file("node_modules/.quickcart-lock")).toBe("")
  })
})

test("stale Node modules are installed, without a system's optional packages if need be", () => {
  const npm = `[ "$1" != ci ] || exit 1`
  const result = runSetup({ modules: "1 2\n", programs: { npm } })
  expect(result).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^> Installing Node modules\n {2}done in \d+ s\n$/),
    changes: ["npm ci --no-audit --no-fund", "npm install --no-save --no-audit --no-fund"],
  })
  expect(result.file("node_modules/.quickcart-lock")).toBe(lock.noted)
})

test("under sudo the modules are left to the user", () => {
  const result = runSetup({ modules: "", environment: { SUDO_USER: "ada" } })
  expect(result).toMatchObject({ exitCode: 0, changes: [] })
})

describe("the engine", () => {
  test("is installed and started where Docker is missing", () => {
    const result = runSetup({
      programs: {
        ...noDocker,
        "apt-get": '[ "$1" = update ] || cp "$ROOT/packages/"* "$ROOT/bin"',
      },
      packages: { docker: engine, dockerd: startsEngine },
    })
    expect(result).toMatchObject({ exitCode: 0, stderr: "" })
    expect(result.changes).toEqual([
      "apt-get update",
      "apt-get update",
      expect.stringMatching(/^apt-get .* install .* docker\.io docker-cli /),
      "dockerd ",
    ])
  })

  test("is started where it is stopped", () => {
    const result = runSetup({ programs: { docker: engine, dockerd: startsEngine } })
    expect(result).toMatchObject({ exitCode: 0, stderr: "", changes: ["dockerd "] })
  })

  test("that does not come up is shown with the end of its log", () => {
    const dockerd = "echo 'iptables: not found'; exit 1"
    const result = runSetup({ programs: { docker: stopped, dockerd } })
    expect(result.stderr).toContain("dockerd did not answer within 60 s")
    expect(result.stderr).toContain("iptables: not found")
    expect(result.stderr).toMatch(/\nerror: this step failed: Starting Docker\n$/)
    expect(result.exitCode).toBe(1)
  })
})

test("what is optional and cannot be installed is done without", () => {
  const programs = { age: null, "apt-get": failing("E: Unable to locate package age") }
  const result = runSetup({ programs })
  expect(result.stdout).toContain("going on without age")
  expect(result.exitCode).toBe(0)
})

test("set-up notes its time for `npm test`, and only for that", () => {
  const ofEvent = (npm_lifecycle_event: string, more = {}) =>
    runSetup({ environment: { npm_lifecycle_event, ...more } }).file(`.quickcart/${setupTimeFile}`)
  expect(setupStart(ofEvent("pretest"), Date.now())).toBeDefined()
  expect(ofEvent("prestart")).toBeUndefined()
  expect(ofEvent("pretest", { SUDO_USER: "ada" })).toBeUndefined()
})
