import { hostsOf, memberService } from "../deploy/fleet-file.ts"
import { localTag } from "../images.ts"
import { nowMs } from "../io/clock.ts"
import { run } from "../io/command.ts"
import { pushImage } from "../io/providers/box-registry.ts"
import type { Drill, DrillContext } from "./drill.ts"
import { awaitHealthy, inHost, taskContainer } from "./fleet-access.ts"
import type { LoadSummary } from "./outage.ts"
import { atMost, atMostTime } from "./report.ts"
import {
  difference,
  mustApply,
  ratePerSecond,
  specHashes,
  underLoad,
  withWorkbench,
} from "./under-load.ts"

/** A new app image replaces the old one. */
export const rollingUpdate: Drill = {
  name: "rolling-update",
  summary: "update the app image under load, then revert it",
  run: async (context) => {
    const release = await variant(context, "ENV RELEASE=drill")
    return withWorkbench(context, async (bench) => {
      const before = await specHashes(context)
      const update = await underLoad(context, async () => {
        await bench.change("local", ["app", "image"], release)
        await mustApply(bench)
      })
      const revert = await underLoad(context, async () => {
        await bench.git("revert", "--no-edit", "HEAD")
        await mustApply(bench)
      })
      const changed = difference(before, await specHashes(context))
      return {
        parameters: { ratePerSecond, image: release },
        samples: [update.failed, revert.failed],
        unit: "failed requests",
        bounds: [
          atMost("failed requests during the update", update.failed, 0),
          atMost("failed requests during the revert", revert.failed, 0),
          atMost("spec hashes that the revert did not restore", changed, 0),
        ],
        details: { update, revert },
      }
    })
  },
}

/** A text change in HAProxy's configuration reloads it. */
export const configReload: Drill = {
  name: "config-reload",
  summary: "change HAProxy's configuration under load: a reload, no restart",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      const tasksBefore = await haproxyTasks(context)
      const change = await underLoad(context, async () => {
        await bench.change("local", ["edge", "timeouts"], { queue: "4s" })
        await mustApply(bench)
      })
      const revert = await underLoad(context, async () => {
        await bench.git("revert", "--no-edit", "HEAD")
        await mustApply(bench)
      })
      const restarted = difference(tasksBefore, await haproxyTasks(context))
      return {
        parameters: { ratePerSecond },
        samples: [change.failed, revert.failed],
        unit: "failed requests",
        bounds: [
          atMost("failed requests during the reload", change.failed, 0),
          atMost("failed requests during the revert", revert.failed, 0),
          atMost("HAProxy tasks that restarted", restarted, 0),
        ],
        details: { change, revert },
      }
    }),
}

/** `app.update.deadline` when the environment does not say. */
const appDeadlineSeconds = 300

/** An image that cannot start must not harm anybody. */
export const brokenImage: Drill = {
  name: "broken-image",
  summary: "apply an image that exits at once: refused, explained, rolled back, nobody notices",
  run: async (context) => {
    const broken = await variant(
      context,
      `CMD ["node", "-e", "console.error('cannot start: CATALOG_URL is not set'); process.exit(7)"]`,
    )
    return withWorkbench(context, async (bench) => {
      const before = await specHashes(context)
      let said = ""
      let exitCode = 0
      let seconds = 0
      const load = await underLoad(context, async () => {
        await bench.change("local", ["app", "image"], broken)
        const start = nowMs()
        const result = await bench.quickcart("apply", "local")
        seconds = Math.round((nowMs() - start) / 1000)
        exitCode = result.exitCode
        said = result.stderr
      })
      context.report(said)
      const explains = ["quickcart_app", "CATALOG_URL is not set", "Rolled back"]
      return {
        parameters: { ratePerSecond, image: broken },
        samples: [load.failed],
        unit: "failed requests",
        bounds: [
          atMost("failed requests", load.failed, 0),
          atMost("exit codes other than 1", exitCode === 1 ? 0 : 1, 0),
          atMost("time until it gave up and had rolled back (s)", seconds, appDeadlineSeconds),
          atMost(
            "parts of the explanation missing",
            explains.filter((part) => !said.includes(part)).length,
            0,
          ),
          atMost(
            "spec hashes that were not restored",
            difference(before, await specHashes(context)),
            0,
          ),
        ],
        details: { load, said },
      }
    })
  },
}

/** One app task dies without warning. */
export const taskLoss: Drill = {
  name: "task-loss",
  summary: "kill one app task under load: at most its in-flight requests fail",
  run: async (context) => {
    const host = hostsOf(context.fleet, "app")[0]?.name ?? ""
    await awaitHealthy(context)
    const load = await underLoad(context, async () => {
      const id = await taskContainer(context, host, "quickcart_app")
      await inHost(context, host, ["docker", "kill", id])
      await awaitHealthy(context)
    })
    return {
      parameters: { ratePerSecond, host },
      samples: [load.failed],
      unit: "failed requests",
      bounds: [
        atMost("failed requests, one task's in-flight share", load.failed, inFlightPerTask(load)),
      ],
      details: load,
    }
  },
}

/** Little's law: rate x latency requests are open, over four tasks; at least one may be hit. */
function inFlightPerTask(load: LoadSummary): number {
  return Math.max(1, Math.ceil((ratePerSecond * load.latencyMs.p99) / 1000 / 4))
}

/** An apply of what is live already changes nothing, quickly. */
export const noOpApply: Drill = {
  name: "no-op-apply",
  summary: "apply what is live already: no operation, under 5 s",
  run: (context) =>
    withWorkbench(context, async (bench) => {
      await mustApply(bench)
      const seconds: number[] = []
      let operations = 0
      for (let i = 0; i < 3; i += 1) {
        const result = JSON.parse((await mustApply(bench, "--json")).stdout) as {
          operations: string[]
          seconds: number
        }
        operations += result.operations.length
        seconds.push(Number(result.seconds.toFixed(2)))
      }
      return {
        parameters: {},
        samples: seconds,
        unit: "s",
        bounds: [
          atMost("operations", operations, 0),
          atMostTime("slowest apply (s)", Math.max(...seconds), 5),
        ],
      }
    }),
}

/** Builds and pushes a shop image with extra Dockerfile lines; returns its reference inside the box. */
async function variant(context: DrillContext, lines: string): Promise<string> {
  const tag = `drill-${Buffer.from(lines).toString("hex").slice(-12)}`
  const local = `quickcart/shop:${tag}`
  await run(["docker", "build", "--quiet", "--tag", local, "-"], {
    input: `FROM ${localTag("shop")}\n${lines}\n`,
    environment: { DOCKER_BUILDKIT: "0" },
  })
  await pushImage(local, context.report)
  return `${context.fleet.registry.address}/shop:${tag}`
}

async function haproxyTasks(context: DrillContext): Promise<Map<string, string>> {
  const tasks = new Map<string, string>()
  for (const { name } of hostsOf(context.fleet, "load-balancer")) {
    tasks.set(name, await taskContainer(context, name, memberService("haproxy", name)))
  }
  return tasks
}
