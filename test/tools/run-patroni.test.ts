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

  test.concurrent("a second one touches no data while the first is there", async () => {
    const backup = `${main}/backup_label`
    const until = (condition: string) =>
      `for i in $(seq 300); do ! { ${condition}; } || break; sleep 0.1; done; ${condition} || { echo "never: ${condition}"; exit 1; }`
    const { exitCode, output } = await judge(
      {
        name: "run-patroni",
        image: "postgres",
        command: [
          `set -u; mkdir -p ${main}/global /run/patroni; exec 2> /dev/null`,
          "run-patroni > /dev/null & first=$!",
          until("[ -e /run/patroni/lock ] && ! flock --nonblock /run/patroni/lock true"),
          // What a start removes shows that it went past the lock.
          `touch ${backup}; run-patroni > /dev/null & second=$!`,
          until(
            "for look in 1 2 3 4 5; do pgrep -x flock > /dev/null || break; sleep 0.1; done; [ $look = 5 ]",
          ),
          `[ -e ${backup} ] && echo waits`,
          "kill -9 $first",
          until(`[ ! -e ${backup} ]`),
          "echo begins; kill -9 $second",
        ].join("\n"),
      },
      join(import.meta.dirname),
    )
    expect([exitCode, output.trim().split("\n")]).toEqual([0, ["waits", "begins"]])
  })
})
