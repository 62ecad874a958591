#!/usr/bin/env node
import { join } from "node:path"
import { Command } from "commander"
import { Failure } from "./io/failure.ts"

interface ImagesOptions {
  lockOnly?: boolean
  buildOnly?: boolean
  publish?: string
}

// Verbs load their code when called, so that `render` never pays for SSH or Docker.
const repository = join(import.meta.dirname, "..")

const program = new Command("quickcart")
  .description("The infrastructure of a shop: from environments/*.yaml to a live Swarm")
  .configureHelp({ showGlobalOptions: true })
  .addHelpText("after", "\nExit codes: 0 fine, 1 error, 2 changes pending.")
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 1)
  })

program
  .command("validate [env...]")
  .description("check types, schema and rules of environments")
  .option("--json", "print the problems as JSON")
  .addHelpText("after", "\nExample: npx quickcart validate production")
  .action(async (environments: string[], options: { json?: boolean }) => {
    const { validateEnvironments } = await import("./validate.ts")
    process.exitCode = validateEnvironments(repository, environments, options.json === true)
  })

program
  .command("render [env...]")
  .description("write stacks/<env> from environments/<env>.yaml")
  .option("--check", "change nothing; print the difference and exit 2 when there is one")
  .option("--json", "print the result as JSON")
  .addHelpText("after", "\nExample: npx quickcart render --check")
  .action(async (environments: string[], options: { check?: boolean; json?: boolean }) => {
    const { renderVerb } = await import("./render.ts")
    process.exitCode = renderVerb(repository, environments, {
      check: options.check === true,
      json: options.json === true,
    })
  })

program
  .command("up <env>")
  .description("create the environment's hosts and join them to one Swarm")
  .addHelpText("after", "\nExample: npx quickcart up local")
  .action(async (environment: string) => {
    const { upSteps } = await import("./hosts/up.ts")
    const { runSteps } = await import("./progress.ts")
    await runSteps(upSteps(repository, environment))
  })

program
  .command("down <env>")
  .description("destroy the environment's hosts with their disks and networks")
  .addHelpText("after", "\nExample: npx quickcart down local")
  .action(async (environment: string) => {
    const { downSteps } = await import("./hosts/up.ts")
    const { runSteps } = await import("./progress.ts")
    await runSteps(downSteps(repository, environment))
  })

program
  .command("apply <env>")
  .description("make the live Swarm equal to the committed stacks/<env>")
  .option("--allow-dirty", "apply files that are not committed")
  .option("--break-lock", "remove the lock of a run that is known to be dead")
  .option("--json", "print the result as JSON")
  .addHelpText("after", "\nExample: npx quickcart apply local")
  .action(async (environment: string, options) => {
    const { apply } = await import("./deploy/apply.ts")
    const print = (line: string) => process.stderr.write(`  ${line}\n`)
    const result = await apply(repository, environment, {
      allowDirty: options.allowDirty === true,
      breakLock: options.breakLock === true,
      report: options.json === true ? () => undefined : print,
    })
    if (options.json === true) return void process.stdout.write(`${JSON.stringify(result)}\n`)
    const done = result.operations.length
    const summary = done === 0 ? "nothing to change" : `${done} operation${done === 1 ? "" : "s"}`
    process.stdout.write(
      `${environment} at ${result.commit.slice(0, 12)}: ${summary}, ${result.seconds.toFixed(1)} s\n`,
    )
  })

program
  .command("plan <env>")
  .description("what apply would do to the live Swarm; exit 2 when it would do something")
  .option("--json", "print the operations as JSON")
  .addHelpText("after", "\nExample: npx quickcart plan local")
  .action(async (environment: string, options: { json?: boolean }) => {
    const { planVerb } = await import("./deploy/apply.ts")
    const lines = await planVerb(repository, environment)
    if (options.json === true) process.stdout.write(`${JSON.stringify(lines)}\n`)
    else process.stdout.write(lines.length === 0 ? "nothing to change\n" : `${lines.join("\n")}\n`)
    process.exitCode = lines.length === 0 ? 0 : 2
  })

program
  .command("status <env>")
  .description("hosts, services, tasks and the VIP's owner on one screen")
  .option("--json", "print the status as JSON")
  .addHelpText("after", "\nExample: npx quickcart status local")
  .action(async (environment: string, options: { json?: boolean }) => {
    const { readFleetFile } = await import("./deploy/fleet-file.ts")
    const { openState } = await import("./io/state.ts")
    const { fleetStatus, statusText } = await import("./status.ts")
    const fleet = readFleetFile(repository, environment)
    const status = await fleetStatus(fleet, openState(repository, environment))
    process.stdout.write(`${options.json === true ? JSON.stringify(status) : statusText(status)}\n`)
    process.exitCode = status.healthy ? 0 : 1
  })

program
  .command("images")
  .description("record the images' sources in images/lock.json and build what is missing here")
  .option("--lock-only", "only record the sources")
  .option("--build-only", "only build")
  .option("--publish <registry>", "push to a registry and record the digests")
  .addHelpText("after", "\nExample: npx quickcart images")
  .action(async (options: ImagesOptions) => {
    const { buildImages, publishImages, writeLock } = await import("./images.ts")
    if (options.buildOnly !== true) writeLock()
    if (options.lockOnly === true) return
    const onProgress = (line: string) => void process.stdout.write(`${line}\n`)
    await buildImages({ onProgress })
    if (options.publish !== undefined) await publishImages(options.publish, onProgress)
  })

program
  .command("drill [name...]")
  .description("break the box on purpose, measure what a client sees, write reports/<name>.json")
  .option("--list", "list the drills")
  .option("--update-readme", "rewrite the README's table from the reports")
  .option("--json", "print the reports as JSON")
  .addHelpText("after", "\nExample: npx quickcart drill vip-host-loss")
  .action(async (names: string[], options) => {
    const { drillVerb } = await import("./drills/run.ts")
    process.exitCode = await drillVerb(repository, names, options)
  })

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof Failure)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = error.exitCode
}
