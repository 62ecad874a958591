import { hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import { fleetStatus } from "../../status.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy, hostContainer, inHost, taskContainer } from "../fleet-access.ts"
import { atMost } from "../report.ts"
import { ratePerSecond, underLoad } from "../under-load.ts"
import { timeline } from "./isolation.ts"
import { letsIn, loginOf } from "./logins.ts"
import { awaitReplica, inMember, rotateSecret, sqlIn } from "./members.ts"
import { awaitReaders } from "./read-pool.ts"
import { awaitSymptom, symptomBound } from "./symptom.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

/** Somebody changed the password of the app's writes by hand, and every pool has to log in again. */
export const wrongPassword: Drill = {
  name: "wrong-password",
  environment: "local-data",
  summary:
    "the database refuses the password of the app's writes: status says so, visitors who look at products notice nothing, a rotation heals",
  onlyThorough: true,
  run: async (context) => {
    const before = await timeline(context)
    const { primary } = before
    const login = loginOf(context, appPassword)
    let symptom = ""
    let letIn = true
    const load = await underLoad(context, async () => {
      await sqlIn(context, primary, `alter role ${login.user} password 'of somebody else'`)
      try {
        await reconnectAll(context)
        letIn = await letsIn(context, primary, login, { from: "app", database: "shop" })
        symptom = await awaitSymptom(context, login.user)
      } finally {
        await rotateSecret(context, appPassword)
      }
      await awaitHealthy(context)
    })
    const { database } = await fleetStatus(context.fleet, context.state)
    return {
      parameters: { ratePerSecond, login: login.user },
      samples: [load.failed],
      unit: "failed requests of visitors who look at products",
      bounds: [
        symptomBound(symptom),
        atMost("logins with the password as it was delivered", letIn ? 1 : 0, 0),
        atMost("failed requests of visitors who look at products", load.failed, 0),
        atMost("faults in status after the rotation", database?.faults.length ?? 0, 0),
        atMost("failovers", (await timeline(context)).number - before.number, 0),
      ],
      details: { symptom, load },
    }
  },
}

const appPassword = "postgres_app_password"

/** Makes every pool of writes close its server connections and log in anew. */
async function reconnectAll(context: DrillContext): Promise<void> {
  for (const { name } of hostsOf(context.fleet, "app")) {
    const id = await taskContainer(context, name, `${stackName}_pgbouncer`)
    const console = "/usr/local/libexec/pgbouncer-console"
    const result = await inHost(context, name, ["docker", "exec", id, console, "RECONNECT app_rw"])
    if (result.exitCode !== 0) throw new Failure(`${name}: ${result.stderr.trim()}`)
  }
}

/** A replica shows everybody a certificate that is not valid any more. */
export const certificateExpired: Drill = {
  name: "certificate-expired",
  environment: "local-data",
  summary: "a replica serves an expired certificate: status says so, its readers go elsewhere",
  onlyThorough: true,
  run: async (context) => {
    const replica = await awaitReplica(context)
    let symptom = ""
    const experience = await underProbe(context, async () => {
      const { present, restore } = await certificateOf(context, replica)
      try {
        await present(await expiredCertificate(context))
        // HAProxy verifies what it is served, so this is the proof that it has expired.
        await awaitReaders(context, (names) => !names.includes(replica))
        symptom = await awaitSymptom(context, "expired")
      } finally {
        await restore()
      }
      await awaitReaders(context, (names) => names.includes(replica))
      await awaitHealthy(context)
      return undefined
    })
    return {
      parameters: { statementsPerSecond: 10, replica },
      samples: [experience.write.failed, experience.read.failed],
      unit: "failed statements (writes, reads)",
      bounds: [
        symptomBound(symptom),
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

/** How to put another certificate where Patroni has its own, and that one back. */
async function certificateOf(context: DrillContext, member: string) {
  const file = "/run/patroni/tls.pem"
  const kept = `${file}.kept`
  const address = hostsOf(context.fleet, "database").find(({ name }) => name === member)
  const url = `https://${address?.privateAddress}:8008/reload`
  // The client's certificate has to be valid whatever is served. 56: Patroni may close its
  // port before it has answered, to open it with the other certificate.
  const reload = (certificate: string) =>
    `{ curl --silent --fail --insecure --config /run/patroni/curl.conf --cert ${certificate} --request POST ${url} || [ $? -eq 56 ]; }`
  const id = await taskContainer(context, member, memberService("patroni", member))
  const mustRun = async (command: string) => {
    const result = await inMember(context, member, command)
    if (result.exitCode !== 0) throw new Failure(`${member}: ${result.stderr.trim()}`)
  }
  return {
    present: async (certificate: string) => {
      await mustRun(`cp -p ${file} ${kept}`)
      const write = ["docker", "exec", "--interactive", id, "sh", "-c", `cat > ${file}`]
      await run(["docker", "exec", "--interactive", hostContainer(context, member), ...write], {
        input: certificate,
      })
      await mustRun(reload(kept))
    },
    restore: () => mustRun(`[ ! -f ${kept} ] || { mv ${kept} ${file} && ${reload(file)}; }`),
  }
}
