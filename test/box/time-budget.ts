import { beforeEach } from "vitest"
import { minutesLeft } from "./time-left.ts"

// A machine too slow for all tests says which were left out, instead of being cut off.
beforeEach(({ skip }) => {
  skip(minutesLeft() < 0, "npm test's time is used up; run this alone: npx vitest --project box")
})
