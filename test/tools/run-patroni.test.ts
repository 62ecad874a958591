import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { dockerAnswers, judge } from "./stack-in-container.ts"

const main = "/var/lib/postgresql/17/main"

/** Starts Patroni, which waits for its configuration, over a data directory; says which of its files stay. */
async function startedOver(files: string[]): Promise<string> {
  const paths = files.map((file) => `${main}/${file}`).join(" ")
  const { exitCode, output } = await judge(
    {
      name: "run-patroni",
      image: "postgres",
      command: [
        `set -eu; mkdir -p ${main}/global /run/patroni; touch ${paths}`,
        // Its shell may say that `sleep` was terminated.
        "timeout 2 run-patroni > /dev/null 2>&1 || :",
        `find ${main} -type f -printf '%P ' 2> /dev/null || :`,
      ].join("\n"),
    },
    join(import.meta.dirname),
  )
  expect(exitCode, output).toBe(0)
  return output.trim()
}

describe.runIf(dockerAnswers())("run-patroni", () => {
  test.concurrent("a base backup that was cut off is removed: pg_control comes last", async () => {
    expect(await startedOver(["backup_label", "PG_VERSION"])).toBe("")
  })

  test.concurrent("a whole one stays, and so does a directory that no base backup made", async () => {
    const whole = await startedOver(["backup_label", "global/pg_control"])
    expect(whole.split(" ").toSorted()).toEqual(["backup_label", "global/pg_control"])
    expect(await startedOver(["PG_VERSION"])).toBe("PG_VERSION")
  })
})
