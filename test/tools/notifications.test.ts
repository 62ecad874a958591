import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { plannedSilences } from "../../scripts/deploy/silences.ts"
import { change } from "../../scripts/guard/guard-fixture.ts"
import { nowMs } from "../../scripts/io/clock.ts"
import { service } from "../../scripts/plan/plan-fixture.ts"
import { dockerAnswers, judge } from "./stack-in-container.ts"

/** The environment that notifies everybody there is. */
const everything = join(import.meta.dirname, "..", "golden", "everything")
const image = "prometheus"

/** Answers every request, and writes its path and body as a line. */
const listener = String.raw`
use IO::Socket::INET; $| = 1;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 8080, Listen => 50, ReuseAddr => 1) or die;
print STDERR "listens\n";
while (my $client = $server->accept) {
  my ($path, $length) = ('', 0);
  while (my $line = <$client>) {
    $path = $1 if $line =~ m{^POST (\S+)};
    $length = $1 if $line =~ m{^content-length: (\d+)}i;
    last if $line eq "\r\n";
  }
  read $client, my $body, $length;
  print "$path $body\n";
  print $client "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  close $client;
}`

const url = "http://127.0.0.1:9093/api/v2"

/** An Alertmanager with the rendered configuration, its secrets as files, and no patience. */
const alertmanager = [
  "set -e; mkdir -p /run/alertmanager/secrets; cd /run/alertmanager/secrets",
  "for name in smtp_password pagerduty_key; do printf secret > alertmanager_$name; done",
  "printf http://127.0.0.1:8080/slack > alertmanager_slack_url",
  "printf http://127.0.0.1:8080/heartbeat > alertmanager_heartbeat_url",
  "sed 's/group_wait: .*/group_wait: 100ms/' /stack/configs/alertmanager/alertmanager.yml > /tmp/alertmanager.yml",
  `cat > /tmp/listener.pl << 'END'${listener}\nEND`,
  "perl /tmp/listener.pl > /tmp/requests 2> /tmp/listener &",
  "until grep -q listens /tmp/listener; do kill -0 $! || { cat /tmp/listener; exit 1; }; sleep 0.1; done",
  "prometheus-alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/tmp/data --cluster.listen-address= --web.listen-address=127.0.0.1:9093 > /tmp/log 2>&1 &",
  "until curl --silent --fail --output /dev/null http://127.0.0.1:9093/-/ready; do kill -0 $! || { cat /tmp/log; exit 1; }; sleep 0.1; done",
]

const post = (path: string, body: unknown) =>
  `curl --silent --show-error --fail --json '${JSON.stringify(body)}' ${url}/${path} > /dev/null`

/** Half a minute at most for so many requests about something. */
const awaitRequest = (word: string) =>
  `for i in $(seq 300); do ! grep -q '${word}' /tmp/requests || break; sleep 0.1; done; grep -q '${word}' /tmp/requests || { echo "nobody heard of ${word}"; cat /tmp/requests /tmp/log; exit 1; }`

async function inImage(steps: string[]): Promise<string> {
  const check = { name: "notifications", image, command: steps.join("\n") } as const
  const { exitCode, output } = await judge(check, everything)
  expect(exitCode, output).toBe(0)
  return output
}

const alert = (alertname: string, severity: string, more = {}) => ({
  labels: { alertname, severity, cluster: "everything", ...more },
  annotations: { summary: `${alertname} is so`, description: "Look.", runbook_url: "https://x/y" },
})

describe.runIf(dockerAnswers())("notifications", () => {
  test.concurrent("e-mail, Slack, PagerDuty and heartbeat are what amtool accepts", async () => {
    await inImage(["amtool check-config /stack/configs/alertmanager/alertmanager.yml"])
  })

  test.concurrent("a page and a ticket reach Slack, an information nobody, and the heartbeat beats", async () => {
    const output = await inImage([
      ...alertmanager,
      post("alerts", [
        alert("DatabaseFailover", "info"),
        alert("NoAppServer", "critical"),
        alert("EtcdMemberDown", "warning"),
        alert("Watchdog", "info"),
      ]),
      ...["FIRING everything: NoAppServer", "FIRING everything: EtcdMemberDown", "/heartbeat "].map(
        awaitRequest,
      ),
      "cat /tmp/requests",
    ])
    expect(output).toContain("NoAppServer is so. Look.")
    expect(output).toContain("Runbook: https://x/y")
    expect(output).not.toContain("DatabaseFailover")
  })

  test.concurrent("what an apply may raise is silenced on its hosts, and nothing that pages", async () => {
    const member = (replicas: number) =>
      service("redis-1", { replicas, alerts: [{ name: "RedisMemberDown", node: "database-1" }] })
    const { plan } = change([member(1)], [member(2)])
    const holder = { owner: "Ada <ada@example.com>", commit: "c0ffee" }
    const silences = plannedSilences(plan, holder, nowMs())
    expect(silences).toHaveLength(1)
    const output = await inImage([
      ...alertmanager,
      ...silences.map((silence) => post("silences", silence)),
      post("alerts", [
        alert("RedisMemberDown", "warning", { node: "database-1", summary: "planned" }),
        alert("RedisMemberDown", "critical", { node: "database-1", summary: "worse" }),
        alert("RedisMemberDown", "warning", { node: "database-2", summary: "elsewhere" }),
      ]),
      awaitRequest("FIRING everything: RedisMemberDown"),
      `curl --silent --fail '${url}/alerts?silenced=true&active=false'`,
    ])
    const silenced: { labels: { summary: string }; status: { silencedBy: string[] } }[] =
      JSON.parse(output)
    expect(silenced.map(({ labels }) => labels.summary)).toEqual(["planned"])
    expect(silenced[0]?.status.silencedBy).toHaveLength(1)
  })
})
