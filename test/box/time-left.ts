/** Set by `npm test`: when the next test should not be started any more, in ms since the epoch. */
const ends = Number(process.env.QUICKCART_TEST_ENDS ?? Number.POSITIVE_INFINITY)

/** Until `npm test` starts no further test of the box; without end where tests run alone. */
export function minutesLeft(): number {
  return (ends - Date.now()) / 60_000
}
