import { describe, expect, test } from "vitest"
import { dockerAnswers, judge } from "./stack-in-container.ts"

const main = "/var/lib/postgresql/17/main"

/**
 * Runs a stand-in for Patroni under its watchdog, as the container's first process. `curl` answers
 * while /tmp/answers is there; 4 s of silence are allowed.
 */
async function supervised(patroni: string, prepare = ""): Promise<string> {
  const { exitCode, output } = await judge(
    {
      name: "supervise-patroni",
      image: "postgres",
      command: [
        `set -eu; exec 2>&1; install -d /run/patroni ${main}; touch /tmp/answers ${main}/PG_VERSION`,
        "printf 'restapi:\\n  cafile: x\\n  connect_address: 127.0.0.1:8008\\n' > /run/patroni/patroni.yml",
        `echo '{"loop_wait": 5, "ttl": 12}' > /run/patroni/dynamic.json`,
        "printf '#!/bin/sh\\n[ -f /tmp/answers ]\\n' > /usr/local/bin/curl; chmod +x /usr/local/bin/curl",
        prepare,
        `cat > /tmp/patroni <<'END'\n${patroni}\nEND`,
        "exec /usr/local/libexec/supervise-patroni sh /tmp/patroni",
      ].join("\n"),
    },
    import.meta.dirname,
  )
  return `${output.trim().replace(/\d+ s/, "N s")} (${exitCode})`
}

/** Long enough to be answered once, and then for the silence. */
const answerThenHang = "while [ ! -e /tmp/asked ]; do sleep 0.1; done; rm /tmp/answers; sleep 30"
const noteAnswer =
  "printf '#!/bin/sh\\n[ -f /tmp/answers ] && touch /tmp/asked\\n' > /usr/local/bin/curl"

describe.runIf(dockerAnswers())("supervise-patroni", () => {
  test.concurrent("ends a primary whose Patroni fell silent, also when all of it is stopped, or after a reload", async () => {
    const stopAll = answerThenHang.replace("sleep 30", "kill -STOP -1; sleep 30")
    const reloaded = answerThenHang.replace("rm /tmp", "trap : HUP; kill -HUP 1; rm /tmp")
    for (const patroni of [answerThenHang, stopAll, reloaded]) {
      expect(await supervised(patroni, noteAnswer)).toBe(
        "supervise: Patroni has been silent for N s and its lease may be over: ending PostgreSQL (137)",
      )
    }
  })

  test.concurrent("leaves a replica alone, and one that never answered", async () => {
    const silent = "sleep 8; echo still here"
    const replica = `${noteAnswer}; touch ${main}/standby.signal`
    const asked = answerThenHang.replace("sleep 30", "sleep 8; echo still here")
    expect(await supervised(asked, replica)).toBe("still here (0)")
    expect(await supervised(silent, "rm /tmp/answers")).toBe("still here (0)")
  })

  test.concurrent("ends as Patroni does, and hands its signals on", async () => {
    expect(await supervised("exit 3")).toBe(" (3)")
    // Asked once, it is there to be told.
    const told =
      "trap 'echo told; exit 0' TERM; while [ ! -e /tmp/asked ]; do sleep 0.1; done; kill -TERM 1; sleep 30 & wait"
    expect(await supervised(told, noteAnswer)).toBe("told (0)")
  })
})
