import { createPublicKey } from "node:crypto"

/** Shortest piece of a value that cannot be met by chance. */
const pieceLength = 24
/** Below this a value is searched for as a whole only. */
const wholeBelow = 2 * pieceLength

/** Text by the place where it was found. */
export type Evidence = Map<string, string>

/** A value that must be seen nowhere but in the places where it belongs. */
export interface Planted {
  /** What it is, for people. */
  what: string
  value: string
  belongsIn: string[]
}

/**
 * Places of the evidence that hold something planted which does not belong there, as
 * `place: what`. Never the value itself.
 */
export function leaks(evidence: Evidence, planted: Planted[]): string[] {
  return planted.flatMap(({ what, value, belongsIn }) => {
    const wanted = needles(value)
    return [...evidence]
      .filter(([place, text]) => !belongsIn.includes(place) && found(text, wanted).length > 0)
      .map(([place]) => `${place}: ${what}`)
  })
}

/**
 * What to search for to find out whether a value leaked: the value, pieces of
 * its lines, and the same in base64, whose text depends on where in three
 * bytes the value begins. Certificates are public, so of PEM only the private
 * keys count; of certificates alone there is nothing to search for.
 */
export function needles(value: string): string[] {
  const keys = value.match(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]+-----/g)
  if (keys === null && value.includes("-----BEGIN CERTIFICATE-----")) return []
  const secret = keys === null ? [value.trim()] : keys.flatMap(pemBody)
  const plain = secret.flatMap(pieces)
  const encoded = secret.flatMap((text) => [0, 1, 2].map((offset) => base64At(text, offset)))
  return [...new Set([...plain, ...encoded.flatMap(pieces)])].filter((text) => text.length >= 8)
}

/** Needles that a text holds. */
export function found(text: string, wanted: string[]): string[] {
  return wanted.filter((needle) => text.includes(needle))
}

/**
 * A key's lines without what its public half shows too; of several not the first, which is alike
 * in all keys of a kind, nor the last, which in SSH keys holds the comment.
 */
function pemBody(block: string): string[] {
  const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith("-----"))
  if (lines.length === 1) return lines
  const shown = publicTexts(block, lines.join(""))
  return lines
    .slice(1, -1)
    .flatMap((line) => withoutRuns(line, shown))
    .filter((part) => part.length >= pieceLength)
}

/** A key's public half in base64, from each of three bytes on. */
function publicTexts(block: string, body: string): string[] {
  const bytes = block.includes("OPENSSH") ? sshPublic(Buffer.from(body, "base64")) : spki(block)
  return [0, 1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64"))
}

/** None of a key that OpenSSL cannot read. */
function spki(block: string): Buffer {
  try {
    return createPublicKey(block).export({ type: "spki", format: "der" })
  } catch {
    return Buffer.alloc(0)
  }
}

/** OpenSSH's PROTOCOL.key: a magic of 15 bytes, three strings, the number of keys, the public one. */
function sshPublic(key: Buffer): Buffer {
  let at = 15
  for (let string = 0; string < 3; string += 1) at += 4 + key.readUInt32BE(at)
  at += 4
  return key.subarray(at + 4, at + 4 + key.readUInt32BE(at))
}

/** Shortest part that two texts do not have in common by chance. */
const runLength = 8

/** What is left of a line without the runs that one of `texts` holds too. */
function withoutRuns(line: string, texts: string[]): string[] {
  let left = ""
  let at = 0
  while (at < line.length) {
    const run = runAt(line, at, texts)
    left += run < runLength ? line[at] : " "
    at += run < runLength ? 1 : run
  }
  return left.split(" ")
}

function runAt(line: string, at: number, texts: string[]): number {
  let length = 0
  while (at + length < line.length && holds(texts, line.slice(at, at + length + 1))) length += 1
  return length
}

const holds = (texts: string[], part: string) => texts.some((text) => text.includes(part))

/** The beginning and the middle, so that a truncated copy is found too. */
function pieces(text: string): string[] {
  if (text.length < wholeBelow) return [text]
  const middle = Math.floor((text.length - pieceLength) / 2)
  return [text.slice(0, pieceLength), text.slice(middle, middle + pieceLength)]
}

/** Base64 of a text that begins `offset` bytes into a group, without what its neighbours decide. */
function base64At(text: string, offset: number): string {
  const encoded = Buffer.from(" ".repeat(offset) + text).toString("base64")
  return encoded.slice(offset === 0 ? 0 : 4, -4)
}
