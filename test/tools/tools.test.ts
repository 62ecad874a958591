import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { secretsOf } from "../../generators/core/credentials.ts"
import { contributionsOf } from "../../generators/core/render.ts"
import { validateEnvironment } from "../../schema/validate.ts"
import { list, readText } from "../../scripts/io/files.ts"
import { dockerAnswers, judge, stackConfigCheck } from "./stack-in-container.ts"

const repository = join(import.meta.dirname, "..", "..")
const environments = list(join(repository, "stacks"))

function checksOf(environment: string) {
  const source = `environments/${environment}.yaml`
  const lock = JSON.parse(readText(join(repository, "images/lock.json")) ?? "{}")
  const text = readText(join(repository, source)) ?? ""
  const { fleet, problems } = validateEnvironment(text, source, lock)
  if (fleet === undefined) throw new Error(problems.map((problem) => problem.message).join("\n"))
  const stackFiles = list(stackOf(environment)).filter((name) => name.endsWith(".stack.yaml"))
  const all = contributionsOf(fleet)
  return [...all.checks, ...stackFiles.map((name) => stackConfigCheck(name, secretsOf(fleet, all)))]
}

function stackOf(environment: string): string {
  return join(repository, "stacks", environment)
}

describe.runIf(dockerAnswers())("the real tools", () => {
  for (const environment of environments) {
    describe(`accept stacks/${environment}`, () => {
      test.concurrent.each(checksOf(environment))("$name", async (check) => {
        const { exitCode, output } = await judge(check, stackOf(environment))
        expect(exitCode, output).toBe(0)
      })
    })
  }

  describe("refuse a mistake", () => {
    const broken = mkdtempSync(join(tmpdir(), "quickcart-broken-"))

    beforeAll(() => {
      cpSync(stackOf("local-data"), broken, { recursive: true })
      edit("configs/haproxy/haproxy.cfg", "balance leastconn", "balance fairly")
      edit("configs/keepalived/load-balancer-1.conf", "nopreempt", "nopreemption")
      edit("hosts/app/cloud-init.yaml", "ssh_pwauth: false", "ssh_pwauth: {}")
      edit("hosts/bastion/cloud-init.yaml", "PermitRootLogin no", "PermitRootLogin never")
      edit("hosts/manager/cloud-init.yaml", '"live-restore"', '"live-restores"')
      edit("hosts/database/cloud-init.yaml", "exit 0\n", "exit 0; }\n")
      edit("app.stack.yaml", "endpoint_mode:", "endpoint_modus:")
      edit("configs/etcd/manager-1.yaml", "election-timeout: 1000", "election-timeout: 50")
      edit("configs/patroni/database-1.yml", "scope: shop", "scope: 7")
      edit("configs/pgbouncer/pgbouncer.ini", "pool_mode = transaction", "pool_mode = transactions")
      edit("configs/pgbouncer/database-route.cfg", "balance leastconn", "balance fairly")
      edit("configs/prometheus/prometheus.yml", "scrape_timeout: 10s", "scrape_timeout: 1m")
      edit("configs/prometheus/rules/slo.yml", "bad_ratio_rate30m\n", "bad_ratio_rate5m\n")
      edit("configs/prometheus/rules/keepalived.yml", "> 1\n", "> 2\n")
      edit("configs/prometheus/rules/etcd.yml", "vector(0)) < 2", "vector(0)) < 4")
      edit("configs/alertmanager/alertmanager.yml", "receiver: nobody", "receiver: noone")
    })
    afterAll(() => rmSync(broken, { recursive: true, force: true }))

    function edit(path: string, from: string, to: string): void {
      const text = readFileSync(join(broken, path), "utf8")
      expect(text, path).toContain(from)
      writeFileSync(join(broken, path), text.replace(from, to))
    }

    test.concurrent.each([
      ["haproxy -c", /balance only supports/],
      ["keepalived -t load-balancer-1", /nopreemption/],
      ["cloud-init schema app", /ssh_pwauth/],
      ["cloud-init schema bastion", /unsupported option "never"/],
      ["cloud-init schema manager", /live-restores/],
      ["cloud-init schema database", /quickcart-host-setup/],
      ["docker stack config app.stack.yaml", /endpoint_modus/],
      ["etcd --config-file manager-1", /election-timeout/],
      ["patroni --validate-config database-1", /scope 7 is not a string/],
      ["pgbouncer", /pool_mode/],
      ["haproxy -c database-route", /balance only supports/],
      ["promtool check config", /scrape timeout greater than scrape interval/],
      ["promtool check rules", /duplicate rule/],
      ["promtool test rules keepalived", /VipOwnedTwice/],
      ["promtool test rules of a healthy local-data", /got: *\n?.*EtcdWithoutQuorum/],
      ["amtool check-config", /undefined receiver "noone"/],
    ])("%s", async (name, complaint) => {
      const check = checksOf("local-data").find((candidate) => candidate.name === name)
      if (check === undefined) throw new Error(`no check is called ${name}`)
      const { exitCode, output } = await judge(check, broken)
      expect(output).toMatch(complaint)
      expect(exitCode).not.toBe(0)
    })
  })
})
