import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { memberService } from "../../deploy/fleet-file.ts"
import type { DrillContext } from "../drill.ts"
import { hostContainer, taskContainer } from "../fleet-access.ts"
import type { ProbeRow } from "./ledger.ts"

const insert =
  "insert into drill_ledger (id) values ('local ' || gen_random_uuid()) returning substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"

/** Ends when its standard input does: the read takes 100 ms otherwise. */
const loop = `cd /; while :; do
  begin=$(date +%s%3N)
  timeline=$(setpriv --reuid=postgres --regid=postgres --init-groups psql -XqAt -d shop -c "${insert}" 2> /dev/null)
  echo "$begin $(date +%s%3N) $timeline"
  perl -e 'vec($r = "", 0, 1) = 1; exit(select($r, undef, undef, 0.1) ? 1 : 0)' || exit 0
done`

/** Writes on a member itself, which nothing can cut it off from, every 100 ms. */
export async function startLocalWriter(
  context: DrillContext,
  member: string,
): Promise<{ stop(): Promise<ProbeRow[]> }> {
  const id = await taskContainer(context, member, memberService("patroni", member))
  const inside = ["docker", "exec", "--interactive", id, "sh", "-c", loop]
  const argv = ["exec", "--interactive", hostContainer(context, member), ...inside]
  const child = spawn("docker", argv, { stdio: ["pipe", "pipe", "ignore"] })
  const output = text(child.stdout)
  return {
    stop: async () => {
      child.stdin.end()
      return writerRows(await output)
    },
  }
}

/** Rows of `<begin ms> <end ms> [<timeline in hex>]` lines. */
export function writerRows(printed: string): ProbeRow[] {
  return printed
    .split("\n")
    .filter(Boolean)
    .map((line): ProbeRow => {
      const [begin, end, timeline = ""] = line.split(" ")
      const taken = /^[0-9A-F]{8}$/.test(timeline)
      const value = taken ? Number.parseInt(timeline, 16) : null
      return [Number(begin), Number(end) - Number(begin), taken ? "" : "not taken", value]
    })
}
