import type { CommittedPanel } from "./committed.ts"
import type { Line } from "./look.ts"
import { type Frame, rectangle, text } from "./svg.ts"
import { formatValue } from "./values.ts"

const backgrounds: Record<string, string> = { green: "#299c46", yellow: "#d9a400", red: "#d44a3a" }
const plain = "#5a6370"

/** The latest values of a number panel, side by side in the colours of their steps. */
export function numberParts(panel: CommittedPanel, lines: readonly Line[], frame: Frame): string[] {
  const across = Math.ceil(Math.sqrt(lines.length * (frame.w / frame.h / 3)))
  const columns = Math.min(lines.length, Math.max(1, across))
  const w = frame.w / columns
  const h = frame.h / Math.ceil(lines.length / columns)
  return lines.flatMap((line, index) => {
    const x = frame.x + (index % columns) * w
    const y = frame.y + Math.floor(index / columns) * h
    const [, value = 0] = line.points.at(-1) ?? []
    const words = panel.options.textMode === "name" ? line.name : wordsFor(panel, value)
    const shown = panel.options.textMode === "value_and_name" ? `${line.name} ${words}` : words
    return [
      rectangle({ x: x + 1, y: y + 1, w: w - 2, h: h - 2 }, colourFor(panel, value)),
      text(x + w / 2, y + h / 2 + 5, shown, {
        size: fontSize(shown, w, h),
        anchor: "middle",
        colour: "#ffffff",
      }),
    ]
  })
}

/** Width of a letter, as a share of its size. */
const letterWidth = 0.62
const largestFont = 16
const smallestFont = 7

function fontSize(shown: string, w: number, h: number): number {
  const fits = Math.floor(Math.min(h / 2, (w - 6) / (letterWidth * shown.length)))
  return Math.max(smallestFont, Math.min(largestFont, fits))
}

function wordsFor({ fieldConfig }: CommittedPanel, value: number): string {
  const { mappings, unit } = fieldConfig.defaults
  return mappings[0]?.options[String(value)]?.text ?? formatValue(value, unit)
}

function colourFor({ fieldConfig }: CommittedPanel, value: number): string {
  const { steps } = fieldConfig.defaults.thresholds
  if (steps.length < 2) return plain
  const step = steps.findLast((candidate) => candidate.value === null || value >= candidate.value)
  return backgrounds[step?.color ?? ""] ?? plain
}
