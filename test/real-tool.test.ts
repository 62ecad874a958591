import { expect, test, vi } from "vitest"
import { hasTool } from "./real-tool.ts"

test("a missing program is said loudly, and is a failure in CI", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
  expect(hasTool("git", { CI: "true" })).toBe(true)
  expect(warn).not.toHaveBeenCalled()
  expect(hasTool("no-such-program", {})).toBe(false)
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("NOT TESTED: the program no-such"))
  expect(() => hasTool("no-such-program", { CI: "true" })).toThrow("apt-get install no-such")
  warn.mockRestore()
})
