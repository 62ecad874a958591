import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { fleetFixture, logsFixture } from "../../generators/core/fleet-fixture.ts"
import { shipperConfig, storeConfig } from "../../generators/logs/config.ts"
import { logs } from "../../generators/logs/index.ts"
import { logStoreHost } from "../../generators/logs/placement.ts"
import { dockerAnswers, judge } from "./stack-in-container.ts"

const directory = mkdtempSync(join(tmpdir(), "quickcart-logs-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** The rendered configurations, with the store on the loopback and signs of life every second. */
function writeConfigs(requests: "all" | "failed"): void {
  const fleet = fleetFixture()
  const host = logStoreHost(fleet)
  if (host === undefined) throw new Error("no manager")
  const store = { ...host, privateAddress: "127.0.0.1" }
  mkdirSync(join(directory, requests), { recursive: true })
  const write = (name: string, text: string) =>
    writeFileSync(join(directory, requests, `${name}.conf`), text)
  write("log-store", storeConfig(fleet, store))
  write(
    "log-shipper",
    shipperConfig(fleet, { ...logsFixture(), requests }, store).replace(
      /interval="\d+"/,
      'interval="1"',
    ),
  )
}
writeConfigs("all")
writeConfigs("failed")

async function inImage(steps: string[]): Promise<string[]> {
  const check = { name: "logs", image: "logs" as const, command: steps.join("\n") }
  const { exitCode, output } = await judge(
    { ...check, command: `bash <<'END'\n${check.command}\nEND` },
    directory,
  )
  expect(exitCode, output).toBe(0)
  return output.trim().split("\n")
}

/** A host with a store and a shipper, whose Docker keeps the lines that `say` is told. */
const host = (requests: "all" | "failed") => [
  "set -euo pipefail; mkdir -p /config /containers /run/secrets /run/log-shipper /var/lib/log-shipper /tmp/ca; cd /tmp/ca",
  `cp /stack/${requests}/*.conf /config`,
  "key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'",
  "openssl req -x509 $key -subj /CN=ca -keyout ca.key -out /run/secrets/internal_ca 2> /dev/null",
  // As `issueBoxCertificate` makes them: certificate, authority and key in one file.
  "certificate() {",
  "  openssl req $key -subj /CN=$2 -keyout key -out csr 2> /dev/null",
  `  printf 'subjectAltName=DNS:%s,DNS:localhost,IP:127.0.0.1\\nextendedKeyUsage=serverAuth,clientAuth' $2 > ext`,
  "  openssl x509 -req -in csr -CA /run/secrets/internal_ca -CAkey ca.key -CAcreateserial -CAserial serial -extfile ext -out pem 2> /dev/null",
  "  cat pem /run/secrets/internal_ca key > /run/secrets/$1",
  "}",
  "certificate log_store_tls log-store-tls; certificate log_shipper_tls log-shipper-tls",
  "export NODE=app-1 HOSTS=app-1 LIMIT_BYTES=1000000000 RETENTION_SECONDS=3153600000 METRICS_ADDRESS=127.0.0.1:9514",
  "store() { setsid run-log-store > /tmp/store.log 2>&1 & store=$!; }",
  "shipper() { run-log-shipper > /tmp/shipper.log 2>&1 & shipper=$!; }",
  // say <container> <service> <first> <last>
  "say() {",
  "  mkdir -p /containers/$1",
  "  for i in $(seq $3 $4); do",
  `    printf '{"log":"line %s says \\\\"\\\\u001b[1mhi\\\\"\\\\n","stream":"stdout","attrs":{"com.docker.swarm.service.name":"quickcart_%s","com.docker.swarm.task.name":"quickcart_%s.1.x"},"time":"2026-11-28T%02d:00:00.%09dZ"}\\n' $i $2 $2 $((15 + i % 2)) $i`,
  "  done >> /containers/$1/$1-json.log",
  "}",
  "found() { read-logs 100000 - - '' - quickcart_$1; }",
  // A minute at most: the test has to end.
  'wait_for() { for _ in $(seq 600); do [ "$(found $1 | wc -l)" -lt $2 ] || return 0; sleep 0.1; done; echo "$1: $(found $1 | wc -l) of $2"; cat /tmp/*.log; exit 1; }',
]

describe.runIf(dockerAnswers())("the log store", () => {
  test.concurrent("every line arrives, though the store is killed, the file rotated and then the shipper replaced", async () => {
    const seen = await inImage([
      ...host("all"),
      "say c1 app 1 100; store; shipper; wait_for app 100",
      "kill -9 -- -$store; wait $store 2> /dev/null || :",
      // More than memory holds, so that some of it waits on disk.
      "say c1 app 101 5000; mv /containers/c1/c1-json.log /containers/c1/c1-json.log.1; say c1 app 5001 5100",
      "say c2 patroni-1 1 10",
      "for _ in $(seq 300); do grep -qs . /var/lib/log-shipper/send.0* && break; sleep 0.1; done",
      "du --apparent-size --summarize --bytes /var/lib/log-shipper | awk '{ print ($1 > 100000 ? \"waits on disk\" : $1) }'",
      "store; wait_for app 5100; wait_for patroni-1 10",
      "kill $shipper; wait $shipper || :; say c1 app 5101 5200; shipper; wait_for app 5200",
      "found app | wc -l; found app | cut -d ' ' -f 5 | sort -nu | wc -l",
      "found app | tail -n 1 | cat -v",
    ])
    expect(seen).toEqual([
      "waits on disk",
      "5200",
      "5200",
      'app-1 quickcart_app.1.x 2026-11-28T16:00:00.000005199Z line 5199 says "^[[1mhi"',
    ])
  })

  test.concurrent.each(["log-shipper.conf", "log-store.conf"])(
    "a mistake in %s is refused",
    async (name) => {
      const fleet = { ...fleetFixture(), logs: logsFixture() }
      const check = logs.contribute(fleet).checks.find((one) => one.name.endsWith(name))
      if (check === undefined) throw new Error(`no check of ${name}`)
      const broken = join(directory, name, "configs/logs")
      mkdirSync(broken, { recursive: true })
      const text = readFileSync(join(directory, "all", name), "utf8")
      writeFileSync(join(broken, name), text)
      expect((await judge(check, join(directory, name))).exitCode).toBe(0)
      writeFileSync(join(broken, name), text.replace("tls.permittedPeer", "tls.permittedPeers"))
      const { exitCode, output } = await judge(check, join(directory, name))
      expect(output).toMatch(/tls\.permittedpeers/i)
      expect(exitCode).not.toBe(0)
    },
  )

  test.concurrent("whoever has no shipper's certificate stores nothing", async () => {
    const seen = await inImage([
      ...host("all"),
      "store; say c1 app 1 3; certificate log_shipper_tls redis-tls; shipper",
      "for _ in $(seq 300); do grep -q redis-tls /tmp/store.log && break; sleep 0.1; done",
      "grep -q redis-tls /tmp/store.log && echo refused",
      "found app | wc -l",
    ])
    expect(seen).toEqual(["refused", "0"])
  })

  test.concurrent("its own certificate is shown to a prober that has none, and lines go on arriving", async () => {
    const seen = await inImage([
      ...host("all"),
      "store; shipper; say c1 app 1 3; wait_for app 3",
      "probe() { openssl s_client -connect 127.0.0.1:6514 < /dev/null 2> /dev/null || :; }",
      "for _ in 1 2 3; do probe | openssl x509 -noout -subject; done",
      "say c1 app 4 5; wait_for app 5; found app | wc -l",
    ])
    expect(seen).toEqual([...Array(3).fill("subject=CN=log-store-tls"), "5"])
  })

  test.concurrent("of requests only the failed are stored where the spec says so", async () => {
    const request = (status: number) =>
      `echo '{"log":"{\\"client\\":\\"203.0.113.9\\", \\"status\\":${status}, \\"bytes\\":20}\\n","stream":"stdout","attrs":{"com.docker.swarm.service.name":"quickcart_haproxy-1","com.docker.swarm.task.name":"quickcart_haproxy-1.1.x"},"time":"2026-11-28T15:00:00.${status}000000Z"}' >> /containers/c9/c9-json.log`
    const seen = await inImage([
      ...host("failed"),
      "store; shipper; mkdir /containers/c9",
      ...[200, 308, 404, 503, -1].map(request),
      "wait_for haproxy-1 3; say c1 app 1 1; wait_for app 1",
      "found haproxy-1 | sed 's/.*status..//; s/,.*//'",
    ])
    expect(seen.toSorted()).toEqual(["-1", "404", "503"])
  })

  test.concurrent("the oldest are removed first, by size and by age, and Prometheus is told", async () => {
    const seen = await inImage([
      "set -eu; export STORE=/tmp/store HOSTS='app-1 app-2'; now=$(date +%s)",
      'hour() { date -u -d "@$((now - $1 * 3600))" +%Y-%m-%dT%H; }',
      'file() { mkdir -p $STORE/$(hour $1)/app-1; head -c $3 /dev/zero > $STORE/$(hour $1)/app-1/$2.log; touch -d "@$((now - $1 * 3600 + $4))" $STORE/$(hour $1)/app-1/$2.log; }',
      "file 30 ancient 10 0; file 3 old 4000 1; file 2 early 4000 1; file 2 late 3000 2; file 0 new 2000 0",
      "LIMIT_BYTES=5500 RETENTION_SECONDS=86400 /usr/local/libexec/keep-logs once > /tmp/metrics",
      'grep -v "^#" /tmp/metrics | sed "s/$(date -u -d "$(hour 2 | tr T " ")" +%s)/hour/"',
      "cd $STORE; find . -name '*.log' | sed 's/.*T[0-9]*.//' | sort; ls | wc -l",
    ])
    expect(seen).toEqual([
      "log_store_bytes 5000",
      "log_store_limit_bytes 5500",
      "log_store_oldest_timestamp_seconds hour",
      "log_store_removed_bytes_total 8010",
      expect.stringMatching(/^log_store_received_timestamp_seconds\{host="app-1"\} \d{10}$/),
      expect.stringMatching(/^log_store_received_timestamp_seconds\{host="app-2"\} \d{10}$/),
      "app-1/late.log",
      "app-1/new.log",
      "2",
    ])
  })

  test.concurrent("the store answers Prometheus, and is found by service, host, time and text", async () => {
    const line = (host: string, service: string, second: string, text: string) =>
      `mkdir -p $STORE/2026-11-28T15/${host}; echo 'quickcart_${service}.1.x 2026-11-28T15:00:${second}Z ${text}' >> $STORE/2026-11-28T15/${host}/quickcart_${service}.log`
    const ask = (words: string) => `read-logs ${words} | cut -d ' ' -f 1,4- | tr '\\n' ';'; echo`
    const seen = await inImage([
      "set -eu; export STORE=/tmp/store",
      line("app-2", "app", "02.5", "it'\\''s (b)"),
      line("app-1", "app", "01", "a"),
      line("app-1", "app", "01", "a"),
      line("app-1", "app", "03", "c"),
      line("manager-1", "migration-0123abcd", "00", "m"),
      ask("10 - - '' - quickcart_app"),
      ask("2 - - '' - quickcart_app"),
      ask("10 2026-11-28T15:00:02.000Z 2026-11-28T15:00:03.000Z '' - quickcart_app"),
      ask('10 - - "it\'s (" - quickcart_app'),
      ask("10 - - '' app-1 quickcart_app 'quickcart_migration-????????'"),
      ask("10 600 - '' - 'quickcart_migration-????????'"),
      "HOSTS= LIMIT_BYTES=1 RETENTION_SECONDS=1 METRICS_ADDRESS=127.0.0.1:9514 /usr/local/libexec/keep-logs '' & keeper=$!",
      "for _ in $(seq 100); do (exec 3<> /dev/tcp/127.0.0.1/9514) 2> /dev/null && break; sleep 0.1; done",
      "exec 3<> /dev/tcp/127.0.0.1/9514; printf 'GET /metrics HTTP/1.1\\r\\n\\r\\n' >&3; head -n 1 <&3; kill $keeper",
    ])
    expect(seen.map((text) => text.trim())).toEqual([
      "app-1 a;app-2 it's (b);app-1 c;",
      "app-2 it's (b);app-1 c;",
      "app-2 it's (b);",
      "app-2 it's (b);",
      "app-1 a;app-1 c;",
      "",
      "HTTP/1.0 200 OK",
    ])
  })
})
