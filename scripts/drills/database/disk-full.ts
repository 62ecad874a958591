import { memberService } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { hostContainer, inHost } from "../fleet-access.ts"
import { atMost, atMostTime } from "../report.ts"
import {
  awaitDatabase,
  awaitPrimary,
  awaitReplica,
  awaitStreaming,
  inMember,
  sqlIn,
  switchover,
} from "./members.ts"
import { awaitSymptom, symptomBound } from "./symptom.ts"
import { alwaysBounds, underProbe } from "./under-probe.ts"

const failoverSeconds = 30
/** Room for what PostgreSQL writes until the disk is filled on purpose. */
const roomMegabytes = 200
/** More than `max_wal_size`, so that no recycled segment is left to write into. */
const mostWalMegabytes = 3000

const data = `/var/lib/docker/volumes/${stackName}_postgres_data/_data`
const original = "/mnt/quickcart-drill-data"

/** PostgreSQL stops when it cannot write its WAL; whoever has room has to take over. */
export const diskFull: Drill = {
  name: "disk-full",
  environment: "local-data",
  summary: "the primary's disk fills up until no WAL can be written: another takes over",
  onlyThorough: true,
  run: async (context) => {
    const member = await awaitReplica(context)
    try {
      await moveToSmallDisk(context, member)
      await awaitStreaming(context, member)
      await awaitDatabase(context)
      await switchover(context, "--candidate", member)
      let symptom = ""
      const experience = await underProbe(context, async () => {
        await fill(context, member)
        symptom = await awaitSymptom(context, `disk of ${member}`)
        await exhaustWal(context, member)
        context.report(`${await awaitPrimary(context, member)} took over`)
        await inHost(context, member, ["rm", "-f", `${data}/ballast`])
        await awaitDatabase(context)
        return undefined
      })
      const outage = Number((experience.write.outageMs / 1000).toFixed(2))
      return {
        parameters: { statementsPerSecond: 10, roomMegabytes },
        samples: [outage],
        unit: "s without a write",
        bounds: [
          symptomBound(symptom),
          atMostTime("longest time without a write (s)", outage, failoverSeconds),
          atMost("acknowledged writes that were lost", experience.lost, 0),
          ...alwaysBounds([experience]),
        ],
        details: { ...experience, symptom },
      }
    } finally {
      await moveBack(context, member)
      // The others may still know it from before it was stopped.
      await awaitStreaming(context, member)
      await awaitDatabase(context)
    }
  },
}

/**
 * Gives the member a file system of its own, a little larger than its data. The copy is made
 * outside its container, whose memory limit it would exceed, while the lock in it keeps
 * PostgreSQL from starting.
 */
async function moveToSmallDisk(context: DrillContext, member: string): Promise<void> {
  await inHostShell(context, member, [
    `mkdir -p ${original}`,
    `mount --bind ${data} ${original}`,
    `mount -t tmpfs -o size=$(( $(du -sm ${original} | cut -f 1) + ${roomMegabytes} ))m,mode=700 tmpfs ${data}`,
    `chown --reference=${original} ${data}`,
    `exec 7> ${data}/lock`,
    "flock 7",
    killTask(member),
    `cp -a ${original}/17 ${data}/`,
  ])
}

/**
 * Undoes as much of it as was done. The original is too old by then to follow from the WAL
 * that is left: the member clones anew.
 */
function moveBack(context: DrillContext, member: string): Promise<void> {
  return inHostShell(context, member, [
    `mountpoint -q ${original} || exit 0`,
    `[ "$(stat -f -c %T ${data})" != tmpfs ] || umount -l ${data}`,
    `rm -rf ${original}/17`,
    `umount -l ${original}`,
    killTask(member),
  ])
}

/** Its task may be between two starts. */
function killTask(member: string): string {
  const label = `label=com.docker.swarm.service.name=${memberService("patroni", member)}`
  return `docker ps --quiet --filter ${label} | xargs -r docker kill`
}

async function inHostShell(context: DrillContext, host: string, lines: string[]): Promise<void> {
  await run(["docker", "exec", "-i", hostContainer(context, host), "sh", "-es"], {
    input: lines.join("\n"),
  })
}

/** Ends with "No space left on device", which is the aim. */
async function fill(context: DrillContext, member: string): Promise<void> {
  await inHost(context, member, ["dd", "if=/dev/zero", `of=${data}/ballast`, "bs=1M"])
}

/** Writes WAL that no table keeps, until the primary does not answer any more. */
async function exhaustWal(context: DrillContext, member: string): Promise<void> {
  const stepMegabytes = 50
  const write = `select count(pg_logical_emit_message(true, 'drill', repeat('x', 1000000))) from generate_series(1, ${stepMegabytes})`
  for (let written = 0; written < mostWalMegabytes; written += stepMegabytes) {
    const isUp = await sqlIn(context, member, write).then(
      () => true,
      () => false,
    )
    if (!isUp) return
  }
  const used = await inMember(context, member, "df -m /var/lib/postgresql")
  throw new Failure(`${member} still writes after ${mostWalMegabytes} MB of WAL: ${used.stdout}`)
}
