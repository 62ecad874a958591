import { type FleetHost, hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import { certificatesIn } from "../../secrets/pem.ts"
import type { DrillContext } from "../drill.ts"
import { inContainer, taskContainer } from "../fleet-access.ts"

/** Where a certificate of the data tier is shown, on every host of a role, and clients may show theirs. */
export interface TlsDoor {
  secret: string
  role: "database" | "manager"
  port: number
  /** Speaks its own protocol before TLS. */
  starttls?: "postgres"
}

/** Ports as in `generators/{etcd,patroni}/ports.ts` and `generators/redis/clusters.ts`. */
export const tlsDoors: TlsDoor[] = [
  { secret: "etcd_tls", role: "manager", port: 2379 },
  { secret: "patroni_tls", role: "database", port: 8008 },
  { secret: "patroni_tls", role: "database", port: 5432, starttls: "postgres" },
  ...[6379, 6380, 6381, 6382].map(
    (port): TlsDoor => ({ secret: "redis_tls", role: "database", port }),
  ),
]

/** Patroni looks for new files once in each loop of 10 s. */
const settleSeconds = 30

/** Doors that do not show the certificate that is known here, as complaints. */
export function wronglyServed(context: DrillContext, doors: TlsDoor[]): Promise<string[]> {
  return complaints(context, doors, async (host, door) => {
    const { stdout, stderr } = await handshake(context, host, door)
    const [shown] = certificatesIn(stdout)
    if (shown === undefined) throw new Failure(`shows no certificate: ${lastLine(stderr)}`)
    const [known] = certificatesIn(context.state.read("secrets", door.secret) ?? "")
    return shown.fingerprint256 === known?.fingerprint256 ? undefined : "shows another certificate"
  })
}

/** A server that does not trust a client says so, or closes in the middle of the handshake. */
const refusals = / alert |unexpected eof while reading/

/** Doors that let a client with this certificate and key in, or refuse it, and should not. */
export function wronglyAdmitted(
  context: DrillContext,
  doors: TlsDoor[],
  client: string,
  wanted: "let in" | "refused",
): Promise<string[]> {
  return complaints(context, doors, async (host, door) => {
    const { exitCode, stderr } = await handshake(context, host, door, client)
    if (exitCode !== 0 && !refusals.test(stderr)) throw new Failure(lastLine(stderr))
    const found = exitCode === 0 ? "let in" : "refused"
    return found === wanted ? undefined : `a client is ${found}`
  })
}

/** What is wrong at each door of each host, and does not end in time. */
async function complaints(
  context: DrillContext,
  doors: TlsDoor[],
  look: (host: FleetHost, door: TlsDoor) => Promise<string | undefined>,
): Promise<string[]> {
  const found: string[] = []
  for (const door of doors) {
    for (const host of hostsOf(context.fleet, door.role)) {
      const options = { deadlineSeconds: settleSeconds, intervalMs: 1000 }
      const where = `${host.name}:${door.port}`
      await waitFor(where, options, async () => {
        const wrong = await look(host, door)
        if (wrong !== undefined) throw new Failure(wrong)
        return true
      }).catch((error: Error) => found.push(error.message))
    }
  }
  return found
}

/**
 * Connects from a manager, in the container of its etcd, which has OpenSSL and reaches the
 * database; etcd itself lets in nobody else's manager. With TLS 1.2 a client is refused within
 * the handshake, later only when it reads.
 */
async function handshake(context: DrillContext, host: FleetHost, door: TlsDoor, client?: string) {
  const from =
    door.role === "manager" ? host.name : (hostsOf(context.fleet, "manager")[0]?.name ?? "")
  const etcd = await taskContainer(context, from, memberService("etcd", from))
  const file = "/run/etcd/drill-client.pem"
  const command = [
    "timeout 10 openssl s_client",
    `-connect ${host.privateAddress}:${door.port}`,
    ...(door.starttls === undefined ? [] : [`-starttls ${door.starttls}`]),
    ...(client === undefined ? [] : [`-tls1_2 -cert ${file} -key ${file}`]),
    "< /dev/null",
  ].join(" ")
  if (client === undefined) return inContainer(context, from, etcd, ["sh", "-c", command])
  const script = `umask 077; trap 'rm -f ${file}' EXIT; cat > ${file}; ${command}`
  return inContainer(context, from, etcd, ["sh", "-c", script], { input: client })
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? ""
}
