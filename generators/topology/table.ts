/** A Markdown table. Throws when a row has not as many cells as the head. */
export function markdownTable(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => {
    if (cells.length !== head.length) throw new Error(`the row ${cells.join(", ")} fits no column`)
    return `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`
  }
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
}

/** A whole number with a comma at every thousand; other numbers to three decimals at most. */
export function formatNumber(value: number): string {
  const [whole = "", decimals] = String(Math.round(value * 1000) / 1000).split(".")
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",")
  return decimals === undefined ? grouped : `${grouped}.${decimals}`
}

/** Bytes as providers sell them: `8 GB`. */
export function formatBytes(bytes: number): string {
  return withUnit(bytes, [
    [1e12, "TB"],
    [1e9, "GB"],
    [1e6, "MB"],
    [0, "B"],
  ])
}

/** Bits a second as providers sell them: `1.4 Gbps`. */
export function formatBits(bitsPerSecond: number): string {
  return withUnit(bitsPerSecond, [
    [1e9, "Gbps"],
    [1e6, "Mbps"],
    [0, "bps"],
  ])
}

function withUnit(value: number, units: [size: number, unit: string][]): string {
  const [size, unit] = units.find(([candidate]) => value >= candidate) ?? [1, ""]
  return `${formatNumber(value / Math.max(size, 1))} ${unit}`
}

/** A share, 0..1, in percent: `70%`. */
export function formatPercent(share: number): string {
  return `${formatNumber(share * 100)}%`
}

/** Disk operations a second: `14,000 IOPS`. */
export function formatIops(iops: number): string {
  return `${formatNumber(iops)} IOPS`
}
