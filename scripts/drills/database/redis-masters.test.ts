import { expect, test } from "vitest"
import type { FleetHost } from "../../deploy/fleet-file.ts"
import { liveMasters, masterMember, mastersOn } from "./redis-masters.ts"

const hosts = [31, 32, 33].map(
  (last, index) =>
    ({ name: `database-${index + 1}`, privateAddress: `10.80.0.${last}` }) as FleetHost,
)
const [first, second, third] = hosts as [FleetHost, FleetHost, FleetHost]
const id = (digit: string) => digit.repeat(40)

/** The second host is lost: its shard's secondary, on the third, took over. */
const printed = [
  `${id("a")} 10.80.0.31:6379@16379 myself,master - 0 0 1 connected 0-5460`,
  `${id("b")} 10.80.0.32:6379@16379 master,fail - 1 2 2 disconnected`,
  `${id("c")} 10.80.0.33:6379@16379 master - 0 1 3 connected 10923-16383`,
  `${id("d")} 10.80.0.32:6381@16381 slave,fail ${id("a")} 1 2 1 disconnected`,
  `${id("e")} 10.80.0.33:6381@16381 master - 0 1 7 connected 5461-10922`,
  `${id("f")} 10.80.0.31:6381@16381 slave ${id("c")} 0 1 3 connected`,
  "",
].join("\n")

test("a host that is lost has no master, and the one that took over has two", () => {
  const masters = liveMasters(printed)
  expect(masters).toEqual(["10.80.0.31:6379", "10.80.0.33:6379", "10.80.0.33:6381"])
  expect(mastersOn(hosts, masters)).toEqual([1, 0, 2])
})

test("one that is only suspected is no master to rely on", () => {
  expect(liveMasters(`${id("a")} 10.80.0.31:6379@16379 master,fail? - 0 0 1 connected`)).toEqual([])
})

test("a host's master is its primary, or the secondary of the shard before", () => {
  const primaries = ["10.80.0.31:6379", "10.80.0.32:6379", "10.80.0.33:6379"]
  expect(hosts.map((host) => masterMember("sessions", hosts, host, primaries))).toEqual([1, 2, 3])
  const secondaries = ["10.80.0.31:6382", "10.80.0.32:6382", "10.80.0.33:6382"]
  expect(hosts.map((host) => masterMember("cache", hosts, host, secondaries))).toEqual([6, 4, 5])
  expect(
    masterMember(
      "sessions",
      hosts,
      second,
      [first, third].map((h) => `${h.privateAddress}:6379`),
    ),
  ).toBe(undefined)
})
