import { existsSync, readFileSync } from "node:fs"

/** What steps wrote to a `GITHUB_OUTPUT` or `GITHUB_ENV` file: `name=value` and heredoc blocks. */
export function readFileCommands(file: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : []
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ""
    const block = /^([^=]+?)<<(.+)$/.exec(line)
    if (block !== null) {
      const [, name = "", end] = block
      const stop = lines.indexOf(end ?? "", index + 1)
      if (stop === -1) throw new Error(`${file}: the block ${name} does not end`)
      values[name] = lines.slice(index + 1, stop).join("\n")
      index = stop
      continue
    }
    const equals = line.indexOf("=")
    if (equals > 0) values[line.slice(0, equals)] = line.slice(equals + 1)
    else if (line !== "") throw new Error(`${file}: cannot read "${line}"`)
  }
  return values
}
