/** Where an apply was when it had printed `output`, in its own words. */
export function applyPhase(output: string): string {
  const lines = output.split("\n").flatMap((line) => line.trim() || [])
  const wave = lines.findLastIndex((line) => /^wave \d+ of \d+/.test(line))
  if (wave < 0) return "before the first wave"
  const last = lines.at(-1) ?? ""
  if (/^(prune|remove)-/.test(last)) return `tidying up, ${last}`
  return wave === lines.length - 1 ? last : `${lines[wave]}, ${last}`
}
