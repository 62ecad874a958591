import { join } from "node:path"
import { Command } from "commander"
import packageFile from "../package.json" with { type: "json" }
import { addGitHubCommands } from "./github/commands.ts"
import { explainError } from "./io/explain-error.ts"

interface ImagesOptions {
  lockOnly?: boolean
  buildOnly?: boolean
  publish?: string
}

// Verbs load their code when called, so that `render` never pays for SSH or Docker.
const repository = join(import.meta.dirname, "..")

// A workflow passes its input on, which is empty unless somebody wrote something.
const collect = (value: string, list: string[]) => (value === "" ? list : [...list, value])

const program = new Command("quickcart")
  .description("The infrastructure of a shop: from environments/*.yaml to a live Swarm")
  .version(packageFile.version)
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
  .option("--override <rule>", "break a guard rule this once (repeatable)", collect, [])
  .option("--json", "print the result as JSON")
  .addHelpText("after", "\nExample: npx quickcart apply local")
  .action(async (environment: string, options) => {
    const { apply } = await import("./deploy/apply.ts")
    const print = (line: string) => process.stderr.write(`  ${line}\n`)
    const result = await apply(repository, environment, {
      allowDirty: options.allowDirty === true,
      breakLock: options.breakLock === true,
      overrides: options.override,
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
  .description("what apply would do and what people will notice; exit 2 when it would do something")
  .option("--offline", "compare with a commit instead of the live Swarm; needs no credentials")
  .option("--base <commit>", "the commit that --offline compares with")
  .option("--format <format>", "text, markdown or json", "text")
  .option("--json", "the same as --format json")
  .addHelpText(
    "after",
    "\nExamples:\n  npx quickcart plan local\n  npx quickcart plan production --offline --base origin/main --format markdown",
  )
  .action(async (environment: string, options) => {
    const { planVerb } = await import("./plan/verb.ts")
    process.exitCode = await planVerb(repository, environment, {
      offline: options.offline === true,
      base: options.base,
      format: options.json === true ? "json" : options.format,
    })
  })

program
  .command("drift <env>")
  .description("how the live fleet differs from the commit; exit 2 when it does")
  .option("--heal", "undo what drifted; pending changes wait for apply")
  .option("--allow-dirty", "heal with files that are not committed")
  .option("--override <rule>", "heal against a guard rule this once (repeatable)", collect, [])
  .option("--adopt", "print the change of the spec that would accept it, where there is one")
  .option("--hosts", "compare what cloud-init wrote on every host as well")
  .option("--json", "print the differences as JSON")
  .addHelpText("after", "\nExample: npx quickcart drift production --adopt")
  .action(async (environment: string, options) => {
    const { driftVerb } = await import("./drift/verb.ts")
    process.exitCode = await driftVerb(repository, environment, options)
  })

program
  .command("secrets <action> <env> [name]")
  .description("check, push or rotate the secrets whose values live outside git")
  .option("--allow-dirty", "rotate with files that are not committed")
  .option("--override <rule>", "break a guard rule this once (repeatable)", collect, [])
  .option("--json", "print the result as JSON")
  .addHelpText(
    "after",
    "\nExamples:\n  npx quickcart secrets check production\n  npx quickcart secrets rotate local edge_tls",
  )
  .action(async (action: string, environment: string, name: string | undefined, options) => {
    const { secretsVerb } = await import("./secrets/verb.ts")
    process.exitCode = await secretsVerb(repository, action, environment, name, options)
  })

program
  .command("storage <action> <env>")
  .description("plan or apply the buckets and what has to be in them; plan exits 2 with changes")
  .option("--json", "print the operations as JSON")
  .addHelpText("after", "\nExample: npx quickcart storage plan production")
  .action(async (action: string, environment: string, options: { json?: boolean }) => {
    const { storageVerb } = await import("./storage/verb.ts")
    process.exitCode = await storageVerb(repository, action, environment, options)
  })

program
  .command("status <env>")
  .description(
    "error budgets, alerts, pending changes, hosts, services and the VIP's owner on one screen",
  )
  .option("--all", "every host, service and certificate, not only those that are not well")
  .option("--json", "print the status as JSON")
  .addHelpText("after", "\nExample: npx quickcart status local")
  .action(async (environment: string, options: { json?: boolean; all?: boolean }) => {
    const { readFleetFile } = await import("./deploy/fleet-file.ts")
    const { openState } = await import("./io/state.ts")
    const { statusReport } = await import("./status.ts")
    const { statusText } = await import("./status-text.ts")
    const fleet = readFleetFile(repository, environment)
    const status = await statusReport(repository, fleet, openState(repository, environment))
    const text = options.json === true ? JSON.stringify(status) : statusText(status, options)
    process.stdout.write(`${text}\n`)
    process.exitCode = status.healthy ? 0 : 1
  })

program
  .command("dashboards <env>")
  .description("whether every panel shows data now; draws them into reports/dashboards/*.svg")
  .option("--json", "print what was found as JSON")
  .addHelpText("after", "\nExample: npx quickcart dashboards local-data")
  .action(async (environment: string, options: { json?: boolean }) => {
    const { dashboardsVerb } = await import("./dashboards/verb.ts")
    process.exitCode = await dashboardsVerb(repository, environment, options)
  })

program
  .command("db <action> <env>")
  .description("status of the database cluster, or switchover to another primary")
  .option("--candidate <host>", "the replica that takes over; else the one least behind")
  .option("--json", "print the result as JSON")
  .addHelpText(
    "after",
    "\nExamples:\n  npx quickcart db status production\n  npx quickcart db switchover production --candidate database-2",
  )
  .action(async (action: string, environment: string, options) => {
    const { databaseVerb } = await import("./db/verb.ts")
    process.exitCode = await databaseVerb(repository, action, environment, options)
  })

program
  .command("logs <env> <service>")
  .description("what a service's containers wrote, over all hosts, in the order of time")
  .option("--since <when>", "only what is newer: 10m, 2h, 1d or 2026-11-28T15:00:00Z")
  .option("--until <when>", "only what is older, written as for --since")
  .option("--host <name>", "of one host only")
  .option("--grep <text>", "only lines that contain the text")
  .option(
    "--lines <number>",
    "the newest so many: 200 by default, with --follow 10 of each container",
  )
  .option("--follow", "go on with what is written from now on")
  .option("--store", "ask the log store, which also has what hosts have lost or overwritten")
  .option("--json", "one JSON object a line")
  .addHelpText(
    "after",
    "\nExamples:\n  npx quickcart logs production haproxy --since 10m --grep ' 503 '\n  npx quickcart logs local app --follow",
  )
  .action(async (environment: string, service: string, options) => {
    const { logsVerb } = await import("./logs/verb.ts")
    process.exitCode = await logsVerb(repository, environment, service, options)
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
  .command("scan")
  .description("refuse built images with known holes that Debian or npm has a fix for")
  .addHelpText("after", "\nExample: npx quickcart scan")
  .action(async () => {
    const { scanImages } = await import("./images-scan.ts")
    await scanImages((line) => void process.stdout.write(`${line}\n`))
  })

program
  .command("login <registry>")
  .description("log Docker in to a registry with QUICKCART_REGISTRY_USER and _PASSWORD")
  .addHelpText("after", "\nExample: npx quickcart login registry.quickcart.example")
  .action(async (registry: string) => {
    const { registryLogin } = await import("./registry-login.ts")
    process.stdout.write(`logged in to ${await registryLogin(registry)}\n`)
  })

program
  .command("connect <env>")
  .description("give this checkout the way into a fleet: key and pinned host keys")
  .addHelpText("after", '\nExample: QUICKCART_SSH_KEY="$(cat key)" npx quickcart connect staging')
  .action(async (environment: string) => {
    const { connect } = await import("./hosts/connect.ts")
    const pinned = connect(repository, environment)
    process.stdout.write(`${environment}: key in place, ${pinned.length} host keys pinned\n`)
  })

program
  .command("drill [name...]")
  .description("break the box on purpose, measure what a client sees, write reports/<name>.json")
  .option("--list", "list the drills and the environments whose box they run on")
  .option("--env <environment>", "the box that is up, when no drill is named", "local")
  .option("--only <part>", "a part of the drill that is named (repeatable)", collect, [])
  .option("--update-readme", "rewrite the README's table from the reports")
  .option("--json", "print the reports as JSON")
  .addHelpText(
    "after",
    "\nExamples:\n  npx quickcart drill vip-host-loss\n  npx quickcart drill alert-coverage --only replica-lags",
  )
  .action(async (names: string[], options) => {
    const { drillVerb } = await import("./drills/run.ts")
    process.exitCode = await drillVerb(repository, names, options)
  })

addGitHubCommands(program, repository)

try {
  await program.parseAsync()
} catch (error) {
  const { text, exitCode } = explainError(error)
  process.stderr.write(`${text}\n`)
  process.exitCode = exitCode
}
