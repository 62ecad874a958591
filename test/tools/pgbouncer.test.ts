import { describe, expect, test } from "vitest"
import { dockerAnswers, judge } from "./stack-in-container.ts"

/** As much of PostgreSQL as PgBouncer needs: lets everybody in and says that each query is done. */
const server = String.raw`
use IO::Socket::INET;
my $door = IO::Socket::INET->new(LocalAddr => '127.0.0.1:5432', Listen => 9, ReuseAddr => 1) or die;
sub answer { my ($to, $type, $body) = @_; syswrite $to, $type . pack('N', 4 + length $body) . $body }
while (my $client = $door->accept) {
    sysread $client, my $startup, 4096;
    if (8 == length $startup) { syswrite $client, 'N'; sysread $client, $startup, 4096 }
    answer($client, 'R', pack 'N', 0);
    answer($client, 'S', "$_\0") for "server_version\0" . '17', "client_encoding\0UTF8";
    answer($client, 'Z', 'I');
    push @open, $client;
    while (sysread $client, my $query, 4096) { answer($client, 'C', "SELECT 0\0"); answer($client, 'Z', 'I'); last }
}
`

/** As much of HAProxy as the guard asks: its one server is well, and /tmp/worker has the worker's process. */
const haproxy = String.raw`
use IO::Socket::UNIX;
my $door = IO::Socket::UNIX->new(Local => '/run/haproxy/admin.sock', Listen => 9) or die;
while (my $client = $door->accept) {
    readline $client;
    open my $worker, '<', '/tmp/worker' or die;
    print $client 'Pid: ', readline($worker), "\n", join(',', 'primary', 'database-1', (0) x 15, 'UP', 1), "\n\n";
    close $client;
    open my $asked, '>>', '/tmp/asked' or die;
    print $asked "asked\n";
}
`

/** Runs steps beside our PgBouncer, whose server has answered one query. */
async function beside(steps: string[]): Promise<string[]> {
  const { exitCode, output } = await judge(
    {
      name: "pgbouncer",
      image: "pgbouncer",
      command: [
        "set -eu; exec 2>&1; cd /; install -d -o postgres /run/database /run/pgbouncer",
        `cat > /run/pgbouncer/pgbouncer.ini <<END
[databases]
app_rw = host=127.0.0.1 port=5432 dbname=shop user=app
[pgbouncer]
unix_socket_dir = /run/database
listen_port = 6432
auth_type = any
pool_mode = transaction
server_login_retry = 1
query_wait_timeout = 60
END`,
        `cat > /tmp/server <<'END'\n${server}\nEND`,
        "perl /tmp/server & server=$!",
        "setpriv --reuid=postgres --regid=postgres --init-groups pgbouncer --quiet /run/pgbouncer/pgbouncer.ini &",
        // Nobody answers who waits.
        `ask() {
           timeout 0.5 psql -XAtq -h /run/database -p 6432 -U app -d app_rw -c "$1" > /tmp/said 2>&1 && { echo answered; return; }
           if grep -q 'has been failing' /tmp/said; then echo refused; else echo waits; fi
         }`,
        "until [ -S /run/database/.s.PGSQL.6432 ]; do sleep 0.05; done",
        "until [ $(ask 'select') = answered ]; do :; done",
        ...steps,
      ].join("\n"),
    },
    import.meta.dirname,
  )
  expect(exitCode, output).toBe(0)
  return output.trim().split("\n")
}

const serverGone = "kill -KILL $server"
const ask = "ask select"
const awaitRefusal = `for try in 1 2 3 4 5 6 7 8 9 10; do [ $(${ask}) = waits ] || break; done`
const console = "/usr/local/libexec/pgbouncer-console"

describe.runIf(dockerAnswers())("clients of a pool whose logins fail", () => {
  test.concurrent("wait while the guard may not have seen it yet, then are refused", async () => {
    expect(await beside([serverGone, ask, ask, awaitRefusal, ask])).toEqual([
      "waits",
      "waits",
      "refused",
    ])
  })

  test.concurrent("wait again after RESUME, which is told when the server is back", async () => {
    const pause = `${console} 'PAUSE app_rw' 'RESUME app_rw' > /dev/null`
    expect(await beside([serverGone, awaitRefusal, ask, pause, ask])).toEqual(["refused", "waits"])
  })
})

describe.runIf(dockerAnswers())("the guard", () => {
  test("has connections replaced when HAProxy was reloaded, and not before", async () => {
    const connections = `${console} 'SHOW SERVERS' | grep -c app_rw || :`
    const said = await beside([
      `cat > /tmp/haproxy <<'END'\n${haproxy}\nEND`,
      "mkdir -p /run/haproxy; echo 11 > /tmp/worker; touch /tmp/asked",
      "perl /tmp/haproxy & until [ -S /run/haproxy/admin.sock ]; do sleep 0.05; done",
      "/usr/local/libexec/pgbouncer-guard watch > /tmp/guard &",
      "until [ $(wc -l < /tmp/asked) -ge 20 ]; do sleep 0.1; done",
      connections,
      "echo 12 > /tmp/worker",
      `for try in $(seq 100); do [ $(${connections}) != 0 ] || break; sleep 0.1; done`,
      connections,
    ])
    expect(said).toEqual(["1", "0"])
  })
})
