import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { dockerAnswers, judge } from "./stack-in-container.ts"

/** Three members of etcd in one container, each with an address, a directory and a configuration of its own. */
const cluster = `
set -u; cd /tmp
for i in 1 2 3; do
  cat > $i.yaml << YAML
name: m-$i
data-dir: /tmp/data-$i
listen-client-urls: http://127.0.0.$i:2379
advertise-client-urls: http://127.0.0.$i:2379
listen-peer-urls: http://127.0.0.$i:2380
initial-advertise-peer-urls: http://127.0.0.$i:2380
initial-cluster: m-1=http://127.0.0.1:2380,m-2=http://127.0.0.2:2380,m-3=http://127.0.0.3:2380
initial-cluster-state: new
initial-cluster-token: test
YAML
done
ask() { member="$1"; shift; etcdctl --command-timeout=2s --endpoints="http://127.0.0.$member:2379" "$@" 2> /dev/null; }
join() { /usr/local/libexec/join-cluster "$1.yaml" 2> /dev/null; }
run() {
  sed "s/^initial-cluster-state: .*/initial-cluster-state: $2/" "$1.yaml" > "run-$1.yaml"
  etcd --config-file "run-$1.yaml" > "log-$1" 2>&1 &
  echo $! > "pid-$1"
}
healthy() { for i in "$@"; do until ask "$i" endpoint health > /dev/null; do kill -0 "$(cat "pid-$i")" || return 1; done; done; }
# Waited for at once: the shell says "Killed" whenever it happens to find a dead child.
crash() { { kill -9 "$(cat "pid-$1")"; wait "$(cat "pid-$1")"; } 2> /dev/null; }
lose() { crash "$1"; rm -rf "data-$1"; }
id() { ask 1 member list | sed -n "s|, .*http://127.0.0.$1:2380.*||p"; }
begin() { run 1 new; run 2 new; healthy 1 2; }
`

async function seen(...steps: string[]): Promise<string[]> {
  const { exitCode, output } = await judge(
    { name: "join-cluster", image: "etcd", command: [cluster, ...steps].join("\n") },
    join(import.meta.dirname),
  )
  expect(exitCode, output).toBe(0)
  return output.trim().split("\n")
}

describe.runIf(dockerAnswers())("join-cluster", () => {
  test.concurrent("the first members begin a cluster, one that is late joins it as it was expected", async () => {
    expect(
      await seen("join 1; begin; before=$(id 3); join 3; [ $before = $(id 3) ] && echo same"),
    ).toEqual(["new", "existing", "same"])
  })

  test.concurrent("a member that lost its disk comes back as another, with all data", async () => {
    const lines = await seen(
      "begin; run 3 existing; healthy 3; ask 1 put key value > /dev/null",
      "before=$(id 3); lose 3; join 3; [ $before = $(id 3) ] || echo another",
      // As after a death between both: it was added, and has not started yet.
      "added=$(id 3); join 3; [ $added = $(id 3) ] && echo same",
      "run 3 existing; healthy 3; ask 3 get key",
    )
    expect(lines).toEqual(["existing", "another", "existing", "same", "key", "value"])
  })

  test.concurrent("without a majority nothing is changed and nothing begun", async () => {
    const lines = await seen(
      "begin; run 3 existing; healthy 3; crash 2; lose 3; join 3 || echo waits",
      // The other one is back, and so is the majority.
      "run 2 new; healthy 2; join 3",
    )
    expect(lines).toEqual(["waits", "existing"])
  })
})
