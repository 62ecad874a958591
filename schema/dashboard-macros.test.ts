import { expect, test } from "vitest"
import { withoutMacros } from "./dashboard-macros.ts"

const view = {
  scrapeIntervalSeconds: 15,
  stepSeconds: 30,
  rangeSeconds: 3600,
  variables: { node: ".+" },
}

test("windows of rates hold four scrapes, or a step and a scrape when that is more", () => {
  expect(withoutMacros("rate(up[$__rate_interval])", view)).toBe("rate(up[60s])")
  const coarse = { ...view, stepSeconds: 300 }
  expect(withoutMacros("rate(up[$__rate_interval])", coarse)).toBe("rate(up[315s])")
})

test("variables are replaced however they are written, and unknown ones refused", () => {
  const braced = "$" + "{node}"
  expect(withoutMacros(`up{node=~"$node",job="${braced}"}[$__range]`, view)).toBe(
    'up{node=~".+",job=".+"}[3600s]',
  )
  expect(() => withoutMacros("up > $limit", view)).toThrow("nothing is known of $limit in up")
})
