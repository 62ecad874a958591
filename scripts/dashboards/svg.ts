/** Pixels. */
export interface Frame {
  x: number
  y: number
  w: number
  h: number
}

interface Looks {
  size?: number
  anchor?: "start" | "middle" | "end"
  weight?: "bold"
  colour?: string
}

/** A line of text whose baseline begins, ends or has its middle there. */
export function text(x: number, y: number, content: string, looks: Looks = {}): string {
  const { size = 11, anchor = "start", weight, colour = "#24292e" } = looks
  const bold = weight === undefined ? "" : ` font-weight="${weight}"`
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${bold}>${escaped(content)}</text>`
}

/** A filled rectangle. */
export function rectangle({ x, y, w, h }: Frame, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="${fill}"/>`
}

/** The frame of a panel. */
export function box({ x, y, w, h }: Frame): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" fill="#ffffff" stroke="#d8d9da"/>`
}

/** A horizontal line. */
export function level(x: number, y: number, w: number, colour: string, dashed = false): string {
  const dash = dashed ? ' stroke-dasharray="6 4"' : ""
  return `<line x1="${round(x)}" y1="${round(y)}" x2="${round(x + w)}" y2="${round(y)}" stroke="${colour}"${dash}/>`
}

/** A line through points. */
export function polyline(points: readonly (readonly [number, number])[], colour: string): string {
  const path = points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ")
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`
}

function escaped(content: string): string {
  return content
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10
}
