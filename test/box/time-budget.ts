import { beforeEach } from "vitest"

/** Set by `npm test`: when the next test should not be started any more, in ms since the epoch. */
const ends = Number(process.env.QUICKCART_TEST_ENDS ?? Number.POSITIVE_INFINITY)

// A machine too slow for all tests says which were left out, instead of being cut off.
beforeEach(({ skip }) => {
  skip(Date.now() > ends, "npm test's time is used up; run this alone: npx vitest --project box")
})
