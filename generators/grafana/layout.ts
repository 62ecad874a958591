import type { Panel, Row } from "../core/dashboard.ts"

/** A place in Grafana's grid of 24 columns. */
export interface Place {
  x: number
  y: number
  w: number
  h: number
}

const columns = 24
const heading = { w: columns, h: 1 }

/** Graphs two abreast, numbers four. */
const sizes: Record<Panel["kind"], { w: number; h: number }> = {
  graph: { w: 12, h: 8 },
  number: { w: 6, h: 4 },
}

export interface PlacedRow {
  title: string
  place: Place
  panels: { panel: Panel; place: Place }[]
}

/** Rows below one another; in each the panels from left to right, in a new line when one is full. */
export function placeRows(rows: readonly Row[]): PlacedRow[] {
  let top = 0
  return rows.map(({ title, panels }) => {
    const place = { x: 0, y: top, ...heading }
    let x = 0
    let y = top + heading.h
    let bottom = y
    const placed = panels.map((panel) => {
      const size = { ...sizes[panel.kind], ...(panel.wide === true ? { w: columns } : {}) }
      // Numbers and graphs are no neighbours: they differ in height.
      if (x + size.w > columns || (x > 0 && bottom - y !== size.h)) {
        x = 0
        y = bottom
      }
      const at = { x, y, ...size }
      x += size.w
      bottom = y + size.h
      return { panel, place: at }
    })
    top = bottom
    return { title, place, panels: placed }
  })
}
