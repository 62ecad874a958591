/** Shapes of credentials that vendors document; each alone is proof enough. */
const knownShapes: { name: string; pattern: RegExp }[] = [
  { name: "a PEM private key", pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----/ },
  { name: "a PEM block", pattern: /-----BEGIN [A-Z ]+-----/ },
  { name: "an AWS access key", pattern: /\b(AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { name: "a GitHub token", pattern: /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/ },
  { name: "a GitLab token", pattern: /\bglpat-[\w-]{20,}/ },
  { name: "a Slack token", pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { name: "a Slack webhook", pattern: /hooks\.slack\.com\/services\/\w+\/\w+\/\w+/ },
  { name: "a DigitalOcean token", pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/ },
  { name: "a Swarm join token", pattern: /\bSWMTKN-1-[a-z0-9-]{20,}/ },
  { name: "a JSON web token", pattern: /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10}/ },
  {
    name: "a URL with a password",
    pattern: /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@]{0,200}:[^\s/@]{1,500}@/,
  },
]

/** What kind of known credential a text holds, in words; undefined if none. */
export function knownSecretShape(text: string): string | undefined {
  return knownShapes.find(({ pattern }) => pattern.test(text))?.name
}

/**
 * What kind of secret a text seems to hold, in words: a known shape, or a long
 * random-looking word. Image digests are public and do not count.
 */
export function secretShape(text: string): string | undefined {
  const known = knownSecretShape(text)
  if (known !== undefined) return known
  const words = text.replace(/\bsha256:[a-f0-9]{64}\b/g, " ").split(/[^A-Za-z0-9+/_=-]+/)
  return words.some(isRandomLooking) ? "a long random-looking text" : undefined
}

/** Words that people or machines name things with hardly ever pass all three tests. */
function isRandomLooking(word: string): boolean {
  if (/^[a-f0-9]{32,}$/i.test(word)) return bitsPerCharacter(word) > 3
  const digits = word.replace(/\D/g, "").length
  const mixesCases = /[a-z]/.test(word) && /[A-Z]/.test(word)
  if (word.length >= 20 && mixesCases && digits >= 1) return bitsPerCharacter(word) > 3.5
  return /^[A-Za-z0-9]{24,}$/.test(word) && digits >= 4 && bitsPerCharacter(word) > 3.5
}

/** Shannon entropy of the text's own character frequencies. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((bits, count) => {
    const share = count / text.length
    return bits - share * Math.log2(share)
  }, 0)
}
