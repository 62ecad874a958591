import { type FleetHost, hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { waitFor } from "../../io/clock.ts"
import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"

/** A member of etcd, as it says of itself. */
export interface EtcdMember {
  host: string
  endpoint: string
  /** In hexadecimal, as `etcdctl move-leader` wants it. */
  id: string
  leads: boolean
}

/**
 * Members that answered `etcdctl endpoint status --write-out=simple`; as JSON their
 * ids are numbers longer than those of JavaScript.
 */
export function etcdMembers(printed: string, managers: FleetHost[]): EtcdMember[] {
  return printed
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      const [endpoint = "", id = "", ...rest] = line.split(", ")
      const host = managers.find(({ privateAddress }) => endpoint === endpointOf(privateAddress))
      // The first yes or no in each line is whether it leads; the second, whether it only learns.
      const leads = rest.find((cell) => /^(true|false)$/.test(cell)) === "true"
      return host === undefined ? [] : [{ host: host.name, endpoint, id, leads }]
    })
}

/**
 * Makes etcd lead from the second manager, and returns that host. Of the managers it is the one whose
 * loss is no more than that: the box has its object storage, in memory, on the first, and Prometheus
 * on the last.
 */
export async function leadFromSecondManager(context: DrillContext): Promise<string> {
  const [, second] = hostsOf(context.fleet, "manager")
  if (second === undefined) throw new Failure("etcd has no second manager to lead from")
  await waitFor("the second manager to lead etcd", { deadlineSeconds: 120 }, async () => {
    const members = await allMembers(context)
    const leader = members.find(({ leads }) => leads)
    const wanted = members.find(({ host }) => host === second.name)
    if (leader === undefined || wanted === undefined) throw new Failure("etcd has no leader")
    if (leader === wanted) return true
    await etcdctl(context, [leader.endpoint], ["move-leader", wanted.id])
    return undefined
  })
  return second.name
}

/** Every member of etcd. Throws a Failure when one does not answer. */
async function allMembers(context: DrillContext): Promise<EtcdMember[]> {
  const managers = hostsOf(context.fleet, "manager")
  const endpoints = managers.map(({ privateAddress }) => endpointOf(privateAddress))
  const argv = ["endpoint", "status", "--write-out=simple"]
  const members = etcdMembers(await etcdctl(context, endpoints, argv), managers)
  const missing = managers.filter(({ name }) => !members.some(({ host }) => host === name))
  if (missing.length === 0) return members
  throw new Failure(`etcd on ${missing.map(({ name }) => name).join(", ")} does not answer`)
}

/** What `etcdctl` printed, run in the first manager's etcd. */
async function etcdctl(context: DrillContext, endpoints: string[], argv: string[]) {
  const host = hostsOf(context.fleet, "manager")[0]?.name ?? ""
  const id = await taskContainer(context, host, memberService("etcd", host))
  const login = ["--cacert=/run/etcd/ca.pem", "--cert=/run/etcd/tls.pem", "--key=/run/etcd/tls.pem"]
  const to = `--endpoints=${endpoints.join(",")}`
  const result = await inHost(context, host, [
    "docker",
    "exec",
    id,
    "etcdctl",
    ...login,
    to,
    ...argv,
  ])
  if (result.exitCode !== 0) throw new Failure(`etcdctl ${argv[0]}: ${result.stderr.trim()}`)
  return result.stdout
}

const endpointOf = (address: string) => `https://${address}:2379`
