import type { DataVolume } from "../core/fleet.ts"

/** Share of a database disk that WAL may fill; the rest is for the data. */
export const walShare = 0.4

/**
 * What one of each is assumed to take on disk, bytes: its rows, their indexes, and
 * as much again as autovacuum leaves free. An order has four lines and a payment.
 * Not measured: whoever writes of them says so.
 */
const rowBytes = { product: 6e3, user: 2e3, order: 6e3 }

/** The sizes as a sentence, for those who read what was computed from them. */
export function assumedRows(): string {
  const { product, user, order } = rowBytes
  return `Assumed, not measured: ${product / 1e3} kB for a product, ${user / 1e3} kB for a user, ${order / 1e3} kB for an order.`
}

/** Bytes of the database: there from the start, and added each year. */
export function databaseGrowth({ products, users, ordersPerDay }: DataVolume) {
  return {
    initialBytes: products * rowBytes.product + users * rowBytes.user,
    bytesPerYear: ordersPerDay * 365 * rowBytes.order,
  }
}

/** Years until the data fills what WAL leaves of a disk; below zero when it does not fit at all. */
export function yearsUntilFull(data: DataVolume, diskBytes: number): number {
  const { initialBytes, bytesPerYear } = databaseGrowth(data)
  return (diskBytes * (1 - walShare) - initialBytes) / bytesPerYear
}
