import type { CommittedPanel } from "./committed.ts"
import type { Line, Span } from "./look.ts"
import { type Frame, level, polyline, rectangle, text } from "./svg.ts"
import { formatValue } from "./values.ts"

/** Grafana's classic palette, in its order. */
const palette = [
  "#7eb26d",
  "#eab839",
  "#6ed0e0",
  "#ef843c",
  "#e24d42",
  "#1f78c1",
  "#ba43a9",
  "#705da0",
  "#508642",
  "#cca300",
]

/** Series that the legend has room for. */
const legendEntries = 8
const legendLine = 13
const axisPixels = 62

/** Above the highest value, as a share of the axis. */
const headroom = 0.1

/** Values over time as lines, with the limits of the panel and a legend with the latest values. */
export function graphParts(
  panel: CommittedPanel,
  lines: readonly Line[],
  frame: Frame,
  span: Span,
): string[] {
  const { unit, max, thresholds, custom } = panel.fieldConfig.defaults
  const limits = thresholds.steps.flatMap(({ value }) => value ?? [])
  const shown = custom?.stacking?.mode === "normal" ? stacked(lines) : lines
  const legend = lines.slice(0, legendEntries)
  const legendPixels = Math.ceil(legend.length / 2) * legendLine
  const plot: Frame = {
    x: frame.x + axisPixels,
    y: frame.y + 6,
    w: frame.w - axisPixels,
    h: frame.h - legendPixels - 14,
  }
  const scale = axis(shown, max)
  const place = (value: number) =>
    plot.y + plot.h * (1 - (value - scale.low) / (scale.high - scale.low))
  const at = ([seconds, value]: [number, number]) =>
    [
      plot.x + (plot.w * (seconds - span.fromSeconds)) / (span.toSeconds - span.fromSeconds),
      place(value),
    ] as const
  const ticks = [scale.low, (scale.low + scale.high) / 2, scale.high]
  return [
    ...ticks.flatMap((value) => [
      level(plot.x, place(value), plot.w, "#e4e5e6"),
      text(plot.x - 5, place(value) + 4, formatValue(value, unit), { size: 10, anchor: "end" }),
    ]),
    ...limits
      .filter((value) => value >= scale.low && value <= scale.high)
      .map((value) => level(plot.x, place(value), plot.w, "#d44a3a", true)),
    ...shown.map(({ points }, index) => polyline(points.map(at), colour(index))),
    ...legend.flatMap((line, index) => legendParts(line, index, unit, frame, legendPixels)),
    ...more(lines.length - legend.length, frame),
  ]
}

function legendParts(
  { name, points }: Line,
  index: number,
  unit: string,
  frame: Frame,
  legendPixels: number,
): string[] {
  const x = frame.x + (index % 2) * (frame.w / 2)
  const y = frame.y + frame.h - legendPixels + Math.floor(index / 2) * legendLine
  const [, value = 0] = points.at(-1) ?? []
  return [
    rectangle({ x, y: y + 3, w: 12, h: 4 }, colour(index)),
    text(x + 17, y + 9, `${name}: ${formatValue(value, unit)}`, { size: 10 }),
  ]
}

function more(count: number, frame: Frame): string[] {
  if (count <= 0) return []
  return [
    text(frame.x + frame.w, frame.y + frame.h, `and ${count} more`, { size: 9, anchor: "end" }),
  ]
}

/** From 0, or from the lowest value below it, to a little above the highest. */
function axis(lines: readonly Line[], max: number | undefined): { low: number; high: number } {
  const values = lines.flatMap(({ points }) => points.map(([, value]) => value))
  const low = Math.min(0, ...values)
  const highest = Math.max(max ?? 0, ...values)
  const high = max !== undefined && highest <= max ? max : highest + headroom * (highest - low)
  return { low, high: high > low ? high : low + 1 }
}

/** Each line on top of those before it. */
function stacked(lines: readonly Line[]): Line[] {
  const sums = new Map<number, number>()
  return lines.map(({ name, points }) => ({
    name,
    points: points.map(([seconds, value]): [number, number] => {
      const sum = (sums.get(seconds) ?? 0) + value
      sums.set(seconds, sum)
      return [seconds, sum]
    }),
  }))
}

function colour(index: number): string {
  return palette[index % palette.length] ?? "#7eb26d"
}
