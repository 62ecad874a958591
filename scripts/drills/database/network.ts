import { Failure } from "../../io/failure.ts"
import type { DrillContext } from "../drill.ts"
import { inHost } from "../fleet-access.ts"

/** Chains of our own, so that healing removes just what cutting added. */
const incoming = "QUICKCART-DRILL-IN"
const outgoing = "QUICKCART-DRILL-OUT"

/** One kind of packets: an iptables match for those that leave, and for those that come. */
export interface Match {
  out: string
  back: string
}

/** All that is not the host's own. */
export const everything: Match[] = [{ out: "! -o lo", back: "! -i lo" }]

/** What the host says to a port of others, and what they answer. */
export function towards(...ports: number[]): Match[] {
  return ports.map((port) => ({ out: `-p tcp --dport ${port}`, back: `-p tcp --sport ${port}` }))
}

/** What others say to the host's own port, and what it answers. */
export function asked(...ports: number[]): Match[] {
  return ports.map((port) => ({ out: `-p tcp --sport ${port}`, back: `-p tcp --dport ${port}` }))
}

/** What a host and a peer say to each other on ports of either, e.g. `tcp 7946`. */
export function between(peers: string[], ports: string[]): Match[] {
  return peers.flatMap((peer) =>
    ports.flatMap((text) => {
      const [protocol, port] = text.split(" ")
      return [
        [`--dport ${port}`, `--sport ${port}`],
        [`--sport ${port}`, `--dport ${port}`],
      ].map(([out, back]) => ({
        out: `-d ${peer} -p ${protocol} ${out}`,
        back: `-s ${peer} -p ${protocol} ${back}`,
      }))
    }),
  )
}

/** Drops packets of a host, both ways, until the returned function is called. */
export async function cut(
  context: DrillContext,
  host: string,
  matches: Match[],
): Promise<() => Promise<void>> {
  await shell(context, host, [
    `iptables -w -N ${incoming}`,
    `iptables -w -N ${outgoing}`,
    ...matches.map(({ out }) => `iptables -w -A ${outgoing} ${out} -j DROP`),
    ...matches.map(({ back }) => `iptables -w -A ${incoming} ${back} -j DROP`),
    `iptables -w -I INPUT -j ${incoming}`,
    `iptables -w -I OUTPUT -j ${outgoing}`,
  ])
  return () =>
    shell(context, host, [
      `iptables -w -D INPUT -j ${incoming}`,
      `iptables -w -D OUTPUT -j ${outgoing}`,
      ...[incoming, outgoing].map((chain) => `iptables -w -F ${chain}`),
      ...[incoming, outgoing].map((chain) => `iptables -w -X ${chain}`),
    ])
}

async function shell(context: DrillContext, host: string, lines: string[]): Promise<void> {
  const result = await inHost(context, host, ["sh", "-c", lines.join(" && ")])
  if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stderr.trim()}`)
}
