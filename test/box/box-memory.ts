import { run } from "../../scripts/io/command.ts"

/** Memory of all containers of an environment's box, in GiB, as Docker accounts it. */
export async function boxMemoryGibibytes(environment: string): Promise<number> {
  const filter = `label=com.docker.compose.project=quickcart-${environment}`
  const ids = (await run(["docker", "ps", "--quiet", "--filter", filter])).stdout.split("\n")
  const argv = ["docker", "stats", "--no-stream", "--format", "{{.MemUsage}}"]
  const stats = await run([...argv, ...ids.filter(Boolean)])
  const units: Record<string, number> = { KiB: 2 ** -20, MiB: 2 ** -10, GiB: 1 }
  const sizes = stats.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [, amount, unit = ""] = /^([\d.]+)(\w+)/.exec(line) ?? []
      return Number(amount) * (units[unit] ?? Number.NaN)
    })
  return Number(sizes.reduce((sum, size) => sum + size, 0).toFixed(2))
}
