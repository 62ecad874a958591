import { expect, test } from "vitest"
import { components } from "../index.ts"
import type { Contributions } from "./component.ts"
import { credentialsOf, internalAuthority, internalCertificate, secretsOf } from "./credentials.ts"
import { fleetFixture } from "./fleet-fixture.ts"
import { contributionsOf } from "./render.ts"
import { hostsOf } from "./roles.ts"

const asking = (...credentials: Contributions["credentials"]): Contributions => ({
  services: [],
  flows: [],
  files: [],
  checks: [],
  credentials,
  monitored: [],
})

test("an internal certificate is valid for every name and address of its hosts", () => {
  const fleet = fleetFixture()
  expect(internalCertificate("etcd_tls", hostsOf(fleet, "manager").slice(0, 1)).hosts).toEqual([
    "etcd-tls",
    "manager-1",
    "10.10.1.1",
    "localhost",
    "127.0.0.1",
  ])
})

test("what several components ask for is made once, unless they disagree", () => {
  expect(credentialsOf(asking(internalAuthority, internalAuthority))).toEqual([internalAuthority])
  expect(() =>
    credentialsOf(asking(internalAuthority, { kind: "password", name: "internal_ca" })),
  ).toThrow('different credentials called "internal_ca"')
})

test("the fleet's secrets are what services mount; only the app's own are the user's to name", () => {
  const fleet = fleetFixture()
  fleet.app.secrets = ["session_key"]
  fleet.secrets = ["session_key"]
  const all = contributionsOf(fleet, components)
  const names = secretsOf(fleet, all)
  expect(names).toContain("edge_tls")
  const made = credentialsOf(all).map((credential) => credential.name)
  expect(names.filter((name) => !made.includes(name))).toEqual(["session_key"])
  expect(made.filter((name) => !names.includes(name))).toEqual([])
})
