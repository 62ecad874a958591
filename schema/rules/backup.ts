import { parseDurationSeconds } from "../quantity.ts"
import { number, type Rule } from "./rule.ts"

/** Time to compress a 16 MB WAL segment and push it to the object storage, at worst. */
const pushMarginSeconds = 30

export const rpo: Rule = {
  id: "backup/rpo",
  reason: "WAL must reach the object storage before more than the RPO can be lost.",
  severity: "error",
  check({ objectives, tier }, { backup }) {
    if (backup === undefined) {
      if (tier !== "production") return []
      const message = "is missing, so a lost database cannot be restored; declare backup"
      return [{ path: ["backup"], message }]
    }
    const archiveSeconds = parseDurationSeconds(backup.archiveTimeout)
    const needed = archiveSeconds + pushMarginSeconds
    if (archiveSeconds > 0 && needed < objectives.rpoSeconds) return []
    // PostgreSQL reads archive_timeout = 0 as never.
    const message =
      archiveSeconds === 0
        ? "is 0, which turns timed archiving off; write for example 60s"
        : `${number(archiveSeconds)} s until a segment is archived + ${pushMarginSeconds} s to push it = ` +
          `${number(needed)} s, not below the ${number(objectives.rpoSeconds)} s of objectives.rpo; write less`
    return [{ path: ["backup", "archiveTimeout"], message }]
  },
}

export const bucket: Rule = {
  id: "backup/bucket",
  reason: "Backups need a place outside the fleet.",
  severity: "error",
  check(_fleet, { backup, objectStorage }) {
    if (backup === undefined || objectStorage?.backupBucket !== undefined) return []
    const message = "is missing, but backup is declared; name the bucket the backups go to"
    return [{ path: ["objectStorage", "backupBucket"], message }]
  },
}
