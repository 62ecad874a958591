/** Shortest piece of a value that cannot be met by chance. */
const pieceLength = 24
/** Below this a value is searched for as a whole only. */
const wholeBelow = 2 * pieceLength

/**
 * What to search for to find out whether a value leaked: the value, pieces of
 * its lines, and the same in base64, whose text depends on where in three
 * bytes the value begins. Certificates are public, so of a PEM bundle only the
 * private keys count.
 */
export function needles(value: string): string[] {
  const keys = value.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END/g)
  const secret = keys === null ? [value.trim()] : keys.flatMap(pemBody)
  const plain = secret.flatMap(pieces)
  const encoded = secret.flatMap((text) => [0, 1, 2].map((offset) => base64At(text, offset)))
  return [...new Set([...plain, ...encoded.flatMap(pieces)])].filter((text) => text.length >= 8)
}

/** Needles that a text holds. */
export function found(text: string, wanted: string[]): string[] {
  return wanted.filter((needle) => text.includes(needle))
}

/** A key's lines; of several not the first, which is alike in all keys of a kind. */
function pemBody(block: string): string[] {
  const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith("-----"))
  return lines.length > 1 ? lines.slice(1) : lines
}

/** The beginning and the middle, so that a truncated copy is found too. */
function pieces(text: string): string[] {
  if (text.length < wholeBelow) return [text]
  const middle = Math.floor((text.length - pieceLength) / 2)
  return [text, text.slice(0, pieceLength), text.slice(middle, middle + pieceLength)]
}

/** Base64 of a text that begins `offset` bytes into a group, without what its neighbours decide. */
function base64At(text: string, offset: number): string {
  const encoded = Buffer.from(" ".repeat(offset) + text).toString("base64")
  return encoded.slice(offset === 0 ? 0 : 4, -4)
}
