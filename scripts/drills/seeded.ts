/**
 * A repeatable sequence of numbers in [0, 1): the same seed, the same drill
 * (mulberry32, public domain, Tommy Ettinger).
 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * `count` moments in [0, 1) in order, one drawn from each of as many equal
 * parts: no part is left out by chance, as it may be by as many free draws.
 */
export function stratified(random: () => number, count: number): number[] {
  return Array.from({ length: count }, (_, part) => (part + random()) / count)
}
