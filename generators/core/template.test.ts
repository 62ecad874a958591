import { expect, test } from "vitest"
import { compileTemplate, loadTemplate, type View } from "./template.ts"

test("prints values as they are, without HTML escapes", () => {
  expect(compileTemplate("a.hbs", 'say "{{words}}"')({ words: "<&>" })).toBe('say "<&>"')
})

test.each([
  ["a missing field", "{{port}}", {}, /template a\.hbs.*port/],
  [
    "an undefined field nobody prints",
    "",
    { outer: { port: undefined } },
    /outer\.port is undefined/,
  ],
  ["a null in a list", "", { ports: [1, null] }, /ports\.1 is null/],
  ["a number that is none", "{{port}}", { port: Number.NaN }, /port is NaN/],
  ["an object where text belongs", "x\n{{port}}", { port: { a: 1 } }, /line 2 .*\[object Object\]/],
  ["an unknown block helper", "{{#shout port}}{{/shout}}", { port: 1 }, /template a\.hbs.*shout/],
])("refuses %s and names the template", (_, source, view, message) => {
  expect(() => compileTemplate("a.hbs", source)(view as unknown as View)).toThrow(message)
})

test("loads the file beside a module", () => {
  const render = loadTemplate(
    new URL("../keepalived/config.ts", import.meta.url).href,
    "keepalived.conf.hbs",
  )
  expect(() => render({})).toThrow(/keepalived\.conf\.hbs.*header/)
})
