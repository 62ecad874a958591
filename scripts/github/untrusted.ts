/** The most characters GitHub takes in a comment or an issue body. */
export const bodyLimit = 65_536

/** Tags without attributes that plans use and that can do no harm. */
const harmlessTag = /<(?!\/?(?:details|summary|br|b|code)>)/g

/**
 * Markdown that somebody else's code wrote, made safe to post under our name:
 * no HTML beyond a few bare tags (so no hidden marker and no image), no link or
 * image that leads elsewhere, no mention that notifies people, no reference
 * that turns up in other issues, no control characters.
 */
export function neutralise(markdown: string): string {
  return (
    markdown
      .replaceAll("\r\n", "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g, "")
      .replace(harmlessTag, "&lt;")
      .replace(/\]\s*(?=[([:])/g, "]\u200b")
      .replace(/(https?|ftp):\/\//gi, "$1:\u200b//")
      .replace(/\bwww\./gi, "www\u200b.")
      .replace(/(^|[^A-Za-z0-9])@(?=[A-Za-z0-9])/gm, "$1@\u200b")
      .replace(/#(?=\d)/g, "#\u200b")
      .replace(/\bGH-(?=\d)/gi, "GH\u200b-")
  )
}

/** Cuts text at a line end to `limit` characters including `note`, which says what is missing. */
export function cutTo(text: string, limit: number, note: string): string {
  if (text.length <= limit) return text
  const room = limit - note.length - 8
  const head = text.slice(0, room)
  const cut = head.slice(0, Math.max(head.lastIndexOf("\n"), 0)) || head
  // A fence or a details block that was cut open would swallow the note.
  const fences = cut.match(/^```/gm)?.length ?? 0
  const open = (cut.match(/<details>/g)?.length ?? 0) - (cut.match(/<\/details>/g)?.length ?? 0)
  const close = `${fences % 2 === 1 ? "\n```" : ""}${open > 0 ? "\n</details>".repeat(open) : ""}`
  return `${cut.slice(0, Math.max(0, cut.length - close.length))}${close}\n\n${note}`
}
