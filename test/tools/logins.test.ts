import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { passwordSecrets } from "../../generators/patroni/roles.ts"
import { dockerAnswers, judge } from "./stack-in-container.ts"

/** Secrets of one generation, all alike but for its number. */
function deliver(generation: number): string {
  const logins = Object.entries(passwordSecrets).map(
    ([role, secret]) =>
      `printf '${role}_0000000${generation}:pw${generation}' > $PASSWORDS/${secret}`,
  )
  return [
    ...logins,
    `printf super${generation} > $PASSWORDS/postgres_superuser_password`,
    "as /usr/local/libexec/use-logins",
  ].join("\n")
}

/** Tries to log in as the app, over TCP, with the password of one generation. */
const knock = (generation: number) =>
  `PGPASSWORD=pw${generation} psql -XAtq -h 127.0.0.1 -U app_rw_0000000${generation} shop -c 'select current_user' || echo refused`

const secretsOfRoles = "select md5(string_agg(rolpassword, '')) from pg_authid where rolname ~ '_0'"

/** Runs steps beside a PostgreSQL as `post-bootstrap` leaves it, with the first generation. */
async function beside(steps: string[]): Promise<string[]> {
  const { exitCode, output } = await judge(
    {
      name: "logins",
      image: "postgres",
      command: [
        "set -eu; exec 2>&1; cd /",
        'as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }',
        "export PASSWORDS=/tmp/passwords PATH=$PATH:/usr/lib/postgresql/17/bin",
        "install -d $PASSWORDS; install -d -o postgres /tmp/data /run/postgresql",
        "as initdb --no-sync --auth-local=peer --auth-host=reject /tmp/data > /dev/null",
        "echo 'host all +app_rw,+monitor 127.0.0.1/32 scram-sha-256' > /tmp/data/pg_hba.conf",
        "echo 'local all postgres peer' >> /tmp/data/pg_hba.conf",
        // Everything is logged that a server can be told to log.
        "as pg_ctl start --silent --wait --pgdata=/tmp/data --log=/tmp/data/log -o '-c log_statement=all -c log_min_duration_statement=0'",
        deliver(1).replace(/as \S+$/, "as /usr/local/libexec/post-bootstrap postgres"),
        ...steps,
      ].join("\n"),
    },
    join(import.meta.dirname),
  )
  expect(exitCode, output).toBe(0)
  return output
    .trim()
    .split("\n")
    .map((line) => (line.includes("FATAL") ? "" : line))
    .filter(Boolean)
}

describe.runIf(dockerAnswers())("logins of a role", () => {
  test.concurrent("the newest and the one before are let in, no third", async () => {
    const seen = await beside([deliver(2), knock(1), knock(2), deliver(3), ...[1, 2, 3].map(knock)])
    expect(seen).toEqual([..."shop_owner shop_owner refused shop_owner shop_owner".split(" ")])
  })

  test.concurrent("after a rollback the login in use outlives the next rotation", async () => {
    expect(await beside([deliver(2), deliver(1), deliver(3), knock(1), knock(2)])).toEqual([
      "shop_owner",
      "refused",
    ])
  })

  test.concurrent("once more changes no SCRAM secret: PgBouncer goes on with what it knows", async () => {
    const ask = `as psql -XAtc "${secretsOfRoles}"`
    const [before, after] = await beside([ask, "as /usr/local/libexec/use-logins", ask])
    expect(before).toMatch(/^[0-9a-f]{32}$/)
    expect(after).toBe(before)
  })

  test.concurrent("a login has what its role has and members do not inherit", async () => {
    const ask = "select rolname, rolreplication, rolconnlimit, rolconfig from pg_roles"
    expect(await beside([`as psql -XAtc "${ask} where rolname ~ '_0' order by 1"`])).toEqual([
      "app_ro_00000001|f|-1|{default_transaction_read_only=on}",
      "app_rw_00000001|f|-1|{role=shop_owner}",
      "monitor_00000001|f|5|",
      "pgbouncer_auth_00000001|f|-1|",
      "replicator_00000001|t|-1|",
      "rewind_00000001|f|-1|",
    ])
  })

  test.concurrent("a password that somebody changed by hand, and a login that is gone, are named", async () => {
    const check = "as /usr/local/libexec/check-logins"
    const seen = await beside([
      `${check}; echo none`,
      `as psql -Xqc "alter role app_rw_00000001 password 'other'"`,
      'as psql -Xqc "alter role monitor_00000001 nologin"',
      check,
    ])
    expect(seen).toEqual([
      "none",
      "app_rw_00000001 (secret postgres_app_password)",
      "monitor_00000001 (secret postgres_monitor_password)",
    ])
  })

  test.concurrent("they are made while no replica confirms a commit", async () => {
    const alone = [
      `as psql -Xqc "alter system set synchronous_standby_names = 'nobody'"`,
      "as psql -XAtqc 'select pg_reload_conf()' > /dev/null",
      "until [ \"$(as psql -XAtqc 'show synchronous_standby_names')\" = nobody ]; do :; done",
    ]
    expect(await beside([...alone, deliver(2), knock(2)])).toEqual(["shop_owner"])
  })

  test.concurrent("no password is logged, not even of statements that fail", async () => {
    const fail = "printf app_rw_x:pw9 > $PASSWORDS/postgres_app_password"
    const seen = await beside([
      fail,
      "as /usr/local/libexec/use-logins || echo failed",
      "grep -cE '(pw|super)[0-9]' /tmp/data/log || :",
    ])
    expect(seen.slice(-2)).toEqual(["failed", "0"])
  })
})
