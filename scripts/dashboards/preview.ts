import type { CommittedPanel, Place } from "./committed.ts"
import { graphParts } from "./graph.ts"
import type { SeenDashboard, SeenPanel, Span } from "./look.ts"
import { numberParts } from "./number.ts"
import { box, type Frame, rectangle, text } from "./svg.ts"

/** Pixels of a column and of a row of Grafana's grid, and between panels. */
const columnPixels = 50
const rowPixels = 32
const gapPixels = 8
const columns = 24

/** Room for the dashboard's title and the time that is shown. */
const headPixels = 44

/** A dashboard as a picture: what Grafana would show of the same answers, in the same places. */
export function previewSvg({ dashboard, panels }: SeenDashboard, span: Span): string {
  const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h))
  const width = columns * columnPixels + gapPixels
  const height = headPixels + bottom * rowPixels + gapPixels
  const rows = dashboard.panels.flatMap(({ type, title, gridPos }) => {
    const { x, y, h } = frameOf(gridPos)
    return type === "row" ? [text(x, y + h - 8, title, { size: 15, weight: "bold" })] : []
  })
  const times = `${clock(span.fromSeconds)} to ${clock(span.toSeconds)} UTC`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif">`,
    rectangle({ x: 0, y: 0, w: width, h: height }, "#f4f5f5"),
    text(gapPixels, 28, dashboard.title, { size: 20, weight: "bold" }),
    text(width - gapPixels, 28, times, { size: 12, anchor: "end" }),
    ...rows,
    ...panels.flatMap((seen) => panelParts(seen, span)),
    "</svg>",
    "",
  ].join("\n")
}

function panelParts(seen: SeenPanel, span: Span): string[] {
  const { panel, answers } = seen
  const frame = frameOf(panel.gridPos)
  const inner = { x: frame.x + 8, y: frame.y + 24, w: frame.w - 16, h: frame.h - 30 }
  const lines = answers.flatMap((answer) => answer.lines)
  const content =
    lines.length === 0
      ? [text(inner.x + inner.w / 2, inner.y + inner.h / 2, nothing(panel), { anchor: "middle" })]
      : panel.type === "stat"
        ? numberParts(panel, lines, inner)
        : graphParts(panel, lines, inner, span)
  return [
    box(frame),
    text(frame.x + 8, frame.y + 16, panel.title, { size: 12, weight: "bold" }),
    ...content,
  ]
}

function nothing({ fieldConfig }: CommittedPanel): string {
  return fieldConfig.defaults.noValue ?? "NO DATA"
}

function frameOf({ x, y, w, h }: Place): Frame {
  return {
    x: gapPixels + x * columnPixels,
    y: headPixels + y * rowPixels,
    w: w * columnPixels - gapPixels,
    h: h * rowPixels - gapPixels,
  }
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")
}
