import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { CertificateCredential, Credential } from "../../schema/credential.ts"
import { openState, type State } from "../io/state.ts"
import {
  type AuthorityProgress,
  authorityProgress,
  issuedInternally,
  nextStep,
  trustFault,
} from "./authority.ts"
import { ensureBoxCredentials, signingCertificate } from "./box-credentials.ts"
import { certificatesIn, isTrusted, privateKeysIn } from "./pem.ts"
import { authorityRenewal } from "./rotate-authority.ts"

const certificate = (name: string): CertificateCredential => ({
  kind: "certificate",
  name,
  authority: "internal",
  hosts: [name.replace("_", "-"), "10.80.0.11"],
})
const credentials: Credential[] = [
  { kind: "certificate", name: "edge_tls", authority: "public", hosts: ["shop.example"] },
  certificate("etcd_tls"),
  { kind: "authority", name: "internal_ca" },
  certificate("redis_tls"),
]
const issued = issuedInternally(credentials)
const names = ["etcd_tls", "internal_ca", "redis_tls"]

let repository = ""
beforeAll(() => {
  repository = mkdtempSync(join(tmpdir(), "quickcart-authority-"))
})
afterAll(() => rmSync(repository, { recursive: true }))

/** A box of its own, and the values that its services have. */
async function fleet(name: string) {
  const state = openState(repository, name)
  await ensureBoxCredentials(state, credentials)
  const live = new Map<string, string>()
  const known = () =>
    names.map((key) => {
      const value = state.read("secrets", key) ?? ""
      return { key, value, isLive: live.get(key) === value }
    })
  const apply = () => {
    for (const { key, value } of known()) live.set(key, value)
  }
  apply()
  return { state, live, known, apply, next: () => nextStep(progress(state, known())) }
}

function progress(state: State, known: { key: string; value: string; isLive: boolean }[]) {
  return authorityProgress(
    known.filter(({ key }) => key === "internal_ca"),
    signingCertificate(state, "internal"),
    known.filter(({ key }) => key !== "internal_ca"),
  )
}

type Fleet = Awaited<ReturnType<typeof fleet>>

/** Takes the next step up to where it would be applied. */
async function make({ state, next }: Fleet): Promise<string> {
  const { step, isMade } = next()
  if (!isMade) await authorityRenewal(state, step, issued)(() => undefined)
  return isMade ? `${step}, made before` : step
}

/** Pairs that would refuse one another while some members have values of before and some the new ones. */
function refusals({ live, known }: Fleet): string[] {
  const both = (key: string) =>
    [live.get(key) ?? "", known().find((secret) => secret.key === key)?.value ?? ""] as const
  return issued.flatMap(({ name }) =>
    both(name).flatMap((leaf, of) =>
      both("internal_ca").flatMap((trusted, by) =>
        isTrusted(leaf, trusted) ? [] : `${name} ${of} by ${by}`,
      ),
    ),
  )
}

test("another authority comes in three steps, and in none does a member refuse another", async () => {
  const box = await fleet("steps")
  const [old = ""] = [box.state.read("secrets", "internal_ca")]
  const steps: string[] = []
  for (let step = 0; step < 3; step += 1) {
    steps.push(await make(box))
    expect(refusals(box), steps.at(-1)).toEqual([])
    expect(trustFault(credentials, box.known())).toBeUndefined()
    box.apply()
  }
  expect(steps).toEqual(["trust both", "issue", "trust the new one"])
  const now = box.state.read("secrets", "internal_ca") ?? ""
  expect(certificatesIn(now)).toHaveLength(1)
  expect(privateKeysIn(box.state.read("secrets", "internal_ca.key") ?? "")).toHaveLength(1)
  for (const { name } of issued) {
    const value = box.live.get(name) ?? ""
    expect(isTrusted(value, old)).toBe(false)
    // Itself and who issued it.
    expect(certificatesIn(value)).toHaveLength(2)
  }
  expect(certificatesIn(now)[0]?.subject).not.toBe(certificatesIn(old)[0]?.subject)
  expect(box.next()).toEqual({ step: "trust both", isMade: false })
})

test("what was made and not applied, since somebody ended it, is applied and not made again", async () => {
  const box = await fleet("interrupted")
  const steps: string[] = []
  for (let step = 0; step < 3; step += 1) {
    steps.push(await make(box), await make(box))
    expect(refusals(box)).toEqual([])
    box.apply()
  }
  expect(steps).toEqual(
    ["trust both", "issue", "trust the new one"].flatMap((step) => [step, `${step}, made before`]),
  )
})

test("a step that could not be applied is taken back, and taken again", async () => {
  const box = await fleet("failed")
  for (const step of ["trust both", "issue", "trust the new one"] as const) {
    const before = box.known()
    const restore = await authorityRenewal(box.state, step, issued)(() => undefined)
    expect(box.known()).not.toEqual(before)
    restore()
    expect(box.known()).toEqual(before)
    expect(await make(box)).toBe(step)
    box.apply()
  }
})

test("a host that joins between two steps gets a certificate that all trust", async () => {
  const box = await fleet("joined")
  const joined = { ...certificate("redis_tls"), hosts: ["redis-tls", "10.80.0.34"] }
  for (let step = 0; step < 2; step += 1) {
    await make(box)
    box.apply()
    await ensureBoxCredentials(box.state, [joined])
    expect(refusals(box)).toEqual([])
    box.apply()
  }
})

test.each<[string, Partial<AuthorityProgress>, string, boolean]>([
  ["one that all have", {}, "trust both", false],
  ["two that not all have", { trusted: 2, isTrustLive: false }, "trust both", true],
  ["two that all have", { trusted: 2, newestSigns: false }, "issue", false],
  ["a certificate of the old one", { trusted: 2, hasIssuedAll: false }, "issue", false],
  ["certificates that not all have", { trusted: 2, areIssuedLive: false }, "issue", true],
  ["two, and nobody needs the old one", { trusted: 2 }, "trust the new one", false],
  ["the new one, that not all have", { isTrustLive: false }, "trust the new one", true],
])("%s", (_, found, step, isMade) => {
  const done = { trusted: 1, isTrustLive: true, newestSigns: true }
  expect(nextStep({ ...done, hasIssuedAll: true, areIssuedLive: true, ...found })).toEqual({
    step,
    isMade,
  })
})

test("values by hand that would set members against one another are refused", async () => {
  const here = await fleet("here")
  const there = await fleet("there")
  const value = (box: Fleet, key: string) => box.state.read("secrets", key) ?? ""
  const fault = (values: Record<string, string>) =>
    trustFault(
      credentials,
      names.map((key) => ({
        key,
        value: values[key] ?? value(here, key),
        isLive: values[key] === undefined,
      })),
    )
  const both = `${value(here, "internal_ca")}${value(there, "internal_ca")}`
  expect(fault({ internal_ca: both })).toBeUndefined()
  expect(fault({ redis_tls: value(there, "redis_tls") })).toMatch(
    /^redis_tls: not issued by an authority in internal_ca/,
  )
  expect(fault({ internal_ca: value(there, "internal_ca") })).toMatch(/^etcd_tls, redis_tls: not/)
  expect(fault({ internal_ca: both, redis_tls: value(there, "redis_tls") })).toMatch(
    /^internal_ca has a new value, and so has redis_tls/,
  )
  expect(fault({ redis_tls: "no certificate" })).toMatch(/^redis_tls: not issued/)
  expect(fault({})).toBeUndefined()
})
