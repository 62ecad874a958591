/** Number of single-character edits between two texts (Levenshtein 1966). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const edit = Math.min(previous[column] ?? 0, current[column - 1] ?? 0) + 1
      current.push(Math.min(substitution, edit))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The candidate that was probably meant, or undefined if none is near. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > 60) return undefined
  const completed = candidates.filter((candidate) => candidate.startsWith(word))
  if (word.length >= 3 && completed.length === 1) return completed[0]
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .toSorted((a, b) => a.distance - b.distance)
  const best = ranked[0]
  const limit = Math.max(2, Math.floor(word.length / 3))
  return best !== undefined && best.distance <= limit && best.distance < word.length
    ? best.candidate
    : undefined
}

/** ` Did you mean "x"?` or, with nothing near, the whole list. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates)
  if (near !== undefined) return `did you mean "${near}"?`
  return `write one of: ${candidates.join(", ")}`
}
