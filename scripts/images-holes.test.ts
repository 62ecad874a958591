import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { debianHoles, npmHoles } from "./images-holes.ts"

/**
 * What npm 11 printed for a package that needs `mkdirp` 0.5.1, which needs `minimist`, and `ip`
 * 2.0.1. A server on this machine answered in place of the registry, with advisories like its.
 */
const recorded = readFileSync(join(import.meta.dirname, "recorded-npm-audit.json"), "utf8")

test("a hole in an npm package is one line, with the fix, and not once more for its dependents", () => {
  expect(npmHoles(recorded)).toEqual([
    "minimist <0.2.4: Prototype Pollution in minimist (critical, https://github.com/advisories/GHSA-xvch-5gv4-984h), fixed by mkdirp 0.5.6",
  ])
})

test("a hole without a fix is left out, one that a newer version within range closes is not", () => {
  expect(npmHoles(recorded).join()).not.toContain("ip ")
  const fixed = recorded.replace('"fixAvailable": false', '"fixAvailable": true')
  expect(npmHoles(fixed)).toContain(
    "ip <=2.0.1: ip SSRF improper categorization in isPublic (high, https://github.com/advisories/GHSA-2p57-rm9w-gvfp)",
  )
})

test("packages without holes are none", () => {
  expect(npmHoles('{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {}}')).toEqual([])
})

test.each([
  [
    "a registry that answers no audits",
    '{"message": "405 Method Not Allowed - POST https://registry.npmjs.org/-/npm/v1/security/advisories/bulk", "statusCode": 405, "error": {"summary": "", "detail": ""}}',
    "npm could not ask for known holes: 405 Method Not Allowed",
  ],
  ["npm that printed nothing", "", "it printed no report"],
])("%s is no clean report", (_, text, reason) => {
  expect(() => npmHoles(text)).toThrow(reason)
})

test("a hole in a Debian package is one line", () => {
  const printed = "CVE-2026-0001 libssl3t64 (fixed, remotely exploitable, high urgency)\n"
  expect(debianHoles(`${printed}CVE-2026-0002 tar (fixed)\n\n`)).toEqual([
    "CVE-2026-0001 libssl3t64 (fixed, remotely exploitable, high urgency)",
    "CVE-2026-0002 tar (fixed)",
  ])
  expect(debianHoles("")).toEqual([])
})
