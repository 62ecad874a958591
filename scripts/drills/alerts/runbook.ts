import type { CommandResult } from "../../io/command.ts"

/** The environment that runbooks are written for. */
const written = { environment: "production", hostname: "shop.quickcart.example" }

/** Where the commands of runbooks are run in place of production. */
export interface RunsOn {
  environment: string
  hostname: string
  vip: string
  /** File of the authority that signed the shop's certificate. */
  authority: string
  /** What `npx quickcart` is here, as words of a shell. */
  quickcart: string
}

/** What became of one command of a runbook. */
export interface CommandOutcome {
  alert: string
  /** As the runbook has it. */
  command: string
  exitCode: number
  ran: boolean
  /** Why it did not run, or why that is as it should be; empty otherwise. */
  note: string
}

/**
 * The commands of a runbook's section `Look`: every line of its `sh` blocks is one command,
 * and none of them changes anything.
 */
export function lookCommands(page: string): string[] {
  const [, look = ""] = /^## Look\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(page) ?? []
  return [...look.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) =>
    block.split("\n").filter((line) => line.trim() !== ""),
  )
}

/** The command for another environment than the one it was written for. */
export function commandOn(command: string, on: RunsOn): string {
  const moved = command
    .replaceAll(new RegExp(`\\b${written.environment}\\b`, "g"), on.environment)
    .replaceAll(written.hostname, on.hostname)
    .replace(/^npx quickcart\b/, on.quickcart)
  // A box's name is in nobody's DNS, and its authority in nobody's browser.
  return moved.replace(
    /^curl /,
    `curl --resolve ${on.hostname}:443:${on.vip} --cacert ${on.authority} `,
  )
}

/** What curl says of a shop that does not answer: no connection, no time left, cut, no answer. */
const curlNoAnswer = [7, 28, 35, 52, 56]
const noConnection = 255
/** `timeout`'s own code, and a shell's for what it cannot run or find. */
const notRun = [124, 126, 127, noConnection]
/** `quickcart`: fine, not healthy, changes pending. */
const quickcartSays = [0, 1, 2]

/** What `quickcart` says of a database or an object storage that is not there to be asked. */
const noAnswer = /\bno .* answers\b|\bcurl: \((7|28|35|52|56)\)/
/** What Docker says, after all it has, of the logs on a host that is down. */
const withoutHost = "incomplete log stream"

/** Whether a command told what a runbook wants from it, on the fleet as it was. */
export function outcomeOf(
  command: string,
  { exitCode, stdout, stderr, killed }: CommandResult,
  downHosts: readonly string[],
): Pick<CommandOutcome, "exitCode" | "ran" | "note"> {
  const told = stdout.trim() !== ""
  const reason = stderr.trim().split("\n").at(-1) ?? ""
  const [program] = command.split(" ")
  const ran = (note = "") => ({ exitCode, ran: true, note })
  const failed = { exitCode, ran: false, note: reason || "it said nothing" }
  if (killed === true) return { ...failed, note: "it took too long" }
  if (program === "npx") {
    if (told && quickcartSays.includes(exitCode)) return ran()
    return noAnswer.test(stderr) ? ran(reason) : failed
  }
  if (exitCode === 0) return ran()
  if (downHosts.length > 0 && stderr.includes(withoutHost)) return ran(`without ${downHosts}`)
  if (program === "curl" && curlNoAnswer.includes(exitCode)) return ran("the shop does not answer")
  const host = /^ssh -F \S+ (\S+)/.exec(command)?.[1] ?? ""
  if (exitCode === noConnection && downHosts.includes(host)) return ran(`${host} is down`)
  return told && !notRun.includes(exitCode) ? ran(reason) : failed
}
