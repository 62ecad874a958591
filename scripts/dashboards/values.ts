type Scale = readonly [size: number, unit: string][]

const decimal: Scale = [
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
  [0, ""],
]
const bits: Scale = [
  [1e9, " Gbit"],
  [1e6, " Mbit"],
  [1e3, " kbit"],
  [0, " bit"],
]
const binary: Scale = [
  [2 ** 30, " GiB"],
  [2 ** 20, " MiB"],
  [2 ** 10, " KiB"],
  [0, " B"],
]
const time: Scale = [
  [86_400, " d"],
  [3600, " h"],
  [60, " min"],
  [1, " s"],
  [1e-3, " ms"],
  [0, " µs"],
]

/** Below the smallest size of a scale a value is shown in this many of its last unit. */
const microsecond = 1e-6

/** A value as a panel with this unit of Grafana shows it. */
export function formatValue(value: number, unit: string): string {
  switch (unit) {
    case "percentunit":
      return `${trimmed(value * 100)}%`
    case "s":
      return value === 0 ? "0 s" : scaled(value, time, microsecond)
    case "d":
      return `${trimmed(value)} d`
    case "bytes":
      return scaled(value, binary)
    case "Bps":
      return `${scaled(value, binary)}/s`
    case "bps":
      return `${scaled(value, bits)}/s`
    case "reqps":
      return `${scaled(value, decimal)} req/s`
    case "iops":
      return `${scaled(value, decimal)} IOPS`
    case "ops":
      return `${scaled(value, decimal)}/s`
    default:
      return scaled(value, decimal)
  }
}

function scaled(value: number, scale: Scale, smallest = 1): string {
  const [size, unit] = scale.find(([candidate]) => Math.abs(value) >= candidate) ?? [0, ""]
  return `${trimmed(value / (size || smallest))}${unit}`
}

/** Three digits that matter, no zeros at the end. */
function trimmed(value: number): string {
  return String(Number(value.toPrecision(3)))
}
