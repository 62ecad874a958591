import { expect, test } from "vitest"
import type { FleetHost } from "../../deploy/fleet-file.ts"
import { etcdMembers } from "./etcd-leader.ts"

const managers = [11, 12, 13].map(
  (last, index) =>
    ({ name: `manager-${index + 1}`, privateAddress: `10.80.0.${last}` }) as FleetHost,
)

test("who leads etcd is read from what each member says of itself", () => {
  // etcd 3.5, and 3.6 with two columns more.
  const printed = [
    "https://10.80.0.11:2379, 8e9e05c52164694d, 3.5.16, 20 kB, false, true, 2, 8, 8, ",
    "https://10.80.0.12:2379, 91bc3c398fb3c146, 3.6.0, 3.6.0, 20 kB, 16 kB, 20%, 0 B, true, false, 2, 8, 8, , , false",
    "",
  ].join("\n")
  expect(etcdMembers(printed, managers)).toEqual([
    {
      host: "manager-1",
      endpoint: "https://10.80.0.11:2379",
      id: "8e9e05c52164694d",
      leads: false,
    },
    { host: "manager-2", endpoint: "https://10.80.0.12:2379", id: "91bc3c398fb3c146", leads: true },
  ])
})
