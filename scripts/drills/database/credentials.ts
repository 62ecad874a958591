import { hostsOf } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import { fleetStatus } from "../../status.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy, hostContainer, inHost, taskContainer } from "../fleet-access.ts"
import { atMost } from "../report.ts"
import { ratePerSecond, underLoad } from "../under-load.ts"
import { loginOf } from "./logins.ts"
import { awaitDatabase, awaitReplica, inMember, rotateSecret, sqlIn } from "./members.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

/** Somebody changed the app's password in the database by hand; every pool has to log in again. */
export const wrongPassword: Drill = {
  name: "wrong-password",
  environment: "local-data",
  summary:
    "the database refuses the app's password: status names it, visitors go on, a rotation heals",
  onlyThorough: true,
  run: async (context) => {
    const primary = await awaitDatabase(context)
    const { user } = loginOf(context, appPassword)
    let symptom = ""
    const load = await underLoad(context, async () => {
      await sqlIn(context, primary, `alter role ${user} password 'of somebody else'`)
      await Promise.all(hostsOf(context.fleet, "app").map(({ name }) => reconnect(context, name)))
      symptom = await awaitFault(context, user)
      await rotateSecret(context, appPassword)
      await awaitHealthy(context)
    })
    const { database } = await fleetStatus(context.fleet, context.state)
    return {
      parameters: { ratePerSecond, login: user },
      samples: [load.failed],
      unit: "failed requests of visitors",
      bounds: [
        atMost("symptoms that status did not show", symptom === "" ? 1 : 0, 0),
        atMost("failed requests of visitors", load.failed, 0),
        atMost("faults in status after the rotation", database?.faults.length ?? 0, 0),
      ],
      details: { symptom, load },
    }
  },
}

const appPassword = "postgres_app_password"

/** Makes a pool close its server connections and log in anew. */
async function reconnect(context: DrillContext, host: string): Promise<void> {
  const id = await taskContainer(context, host, `${stackName}_pgbouncer`)
  const console = "/usr/local/libexec/pgbouncer-console"
  await inHost(context, host, ["docker", "exec", id, console, "RECONNECT app_rw"])
}

/** A replica shows everybody a certificate that is not valid any more. */
export const certificateExpired: Drill = {
  name: "certificate-expired",
  environment: "local-data",
  summary: "a replica's certificate has expired: status says so, its readers go elsewhere",
  onlyThorough: true,
  run: async (context) => {
    const replica = await awaitReplica(context)
    let symptom = ""
    const experience = await underProbe(context, async () => {
      const restore = await present(context, replica, await expiredCertificate(context))
      try {
        symptom = await awaitFault(context, "certificate")
      } finally {
        await restore()
      }
      await awaitHealthy(context)
      return undefined
    })
    context.report(`status said: ${symptom}`)
    return {
      parameters: { statementsPerSecond: 10, replica },
      samples: [experience.write.failed, experience.read.failed],
      unit: "failed statements (writes, reads)",
      bounds: [
        atMost("symptoms that status did not show", symptom === "" ? 1 : 0, 0),
        atMost("failed writes", experience.write.failed, 0),
        atMost("failed reads", experience.read.failed, 0),
        ...alwaysBounds([experience]),
      ],
      details: { ...experience, symptom },
    }
  },
}

/** The members' certificate once more, for the same key, but over as soon as it is made. */
async function expiredCertificate({ state }: DrillContext): Promise<string> {
  const path = (file: string) => state.path("secrets", file)
  const { stdout } = await run([
    ...["openssl", "x509", "-req", "-days", "0", "-set_serial", "1"],
    ...["-in", path("patroni_tls.csr"), "-extfile", path("patroni_tls.ext")],
    ...["-CA", path("internal_ca"), "-CAkey", path("internal_ca.key")],
  ])
  return `${stdout}${state.read("secrets", "internal_ca")}${state.read("secrets", "patroni_tls.key")}`
}

/** Puts a certificate where Patroni has its own; returns how to put that back. */
async function present(context: DrillContext, member: string, certificate: string) {
  const file = "/run/patroni/tls.pem"
  const address = hostsOf(context.fleet, "database").find(({ name }) => name === member)
  const url = `https://${address?.privateAddress}:8008/reload`
  // 56: Patroni may close its port before it has answered, to open it with the other certificate.
  const reload = `{ curl --silent --fail --insecure --config /run/patroni/curl.conf --request POST ${url} || [ $? -eq 56 ]; }`
  const id = await taskContainer(
    context,
    member,
    `${stackName}_patroni-${member.split("-").at(-1)}`,
  )
  const replace = `cp -p ${file} ${file}.kept && cat > ${file} && ${reload}`
  const inContainer = ["docker", "exec", "--interactive", id, "sh", "-c", replace]
  await run(["docker", "exec", "--interactive", hostContainer(context, member), ...inContainer], {
    input: certificate,
  })
  return async () => {
    const result = await inMember(context, member, `mv ${file}.kept ${file} && ${reload}`)
    if (result.exitCode !== 0) throw new Failure(`${member}: ${result.stderr.trim()}`)
  }
}

/** The fault that status shows of a word; empty when it never does. */
async function awaitFault(context: DrillContext, word: string): Promise<string> {
  try {
    return await waitFor("status to name the fault", { deadlineSeconds: 60 }, async () => {
      const { database } = await fleetStatus(context.fleet, context.state)
      return database?.faults.find((fault) => fault.includes(word))
    })
  } catch (error) {
    if (error instanceof Failure) return ""
    throw error
  }
}
