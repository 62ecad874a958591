import { stackName } from "../../deploy/swarm-types.ts"
import { waitFor } from "../../io/clock.ts"
import type { DrillContext } from "../drill.ts"
import { inHost, taskContainer } from "../fleet-access.ts"
import { clientHost } from "./under-probe.ts"

/** Waits until the members that serve reads are as wanted. */
export function awaitReaders(
  context: DrillContext,
  wanted: (names: string[]) => boolean,
): Promise<true> {
  const options = { deadlineSeconds: 240, intervalMs: 250 }
  return waitFor("the read pool to change", options, async () =>
    wanted(await readers(context)) ? true : undefined,
  )
}

/** Members that HAProxy on the clients' host sends reads to. */
async function readers(context: DrillContext): Promise<string[]> {
  const id = await taskContainer(context, clientHost, `${stackName}_database-route`)
  const ask = `my $s = IO::Socket::UNIX->new("/run/haproxy/admin.sock") or exit 1; print $s "show stat replicas 4 -1\\n"; print <$s>`
  const argv = ["docker", "exec", id, "perl", "-MIO::Socket::UNIX", "-e", ask]
  const { stdout } = await inHost(context, clientHost, argv)
  return stdout
    .split("\n")
    .map((line) => line.split(","))
    .filter((cells) => cells[17]?.startsWith("UP"))
    .map((cells) => cells[1] ?? "")
}
