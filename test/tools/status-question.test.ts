import { describe, expect, test } from "vitest"
import { stringify } from "yaml"
import { question } from "../../scripts/monitoring/health.ts"
import { dockerAnswers, judge } from "./stack-in-container.ts"

describe.runIf(dockerAnswers())("a real Prometheus", () => {
  test("tells status of each member of etcd both whether it answers and whether it follows a leader", async () => {
    const members = ["manager-1", "manager-2", "manager-3"].map(
      (node) => `{job="etcd",node="${node}"}`,
    )
    const series = (metric: string, of: string[]) =>
      of.map((labels) => ({ series: `${metric}${labels}`, values: "1x5" }))
    const rules = stringify({
      tests: [
        {
          interval: "1m",
          input_series: [
            ...series("up", members),
            // One is down, and says nothing of its own.
            ...series("etcd_server_has_leader", members.slice(1)),
            ...series("up", ['{job="node",node="app-1"}']),
          ],
          promql_expr_test: [
            {
              expr: `count(${question})`,
              eval_time: "5m",
              exp_samples: [{ labels: "{}", value: 5 }],
            },
          ],
        },
      ],
    })
    const command = `cat > /tmp/tests.yml <<'END'\n${rules}\nEND\npromtool test rules /tmp/tests.yml 2>&1`
    const { exitCode, output } = await judge(
      { name: "status", image: "prometheus", command },
      import.meta.dirname,
    )
    expect(exitCode, output).toBe(0)
  })
})
