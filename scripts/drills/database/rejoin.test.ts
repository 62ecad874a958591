import { expect, test } from "vitest"
import { rejoinOf } from "./rejoin.ts"

const rewind = [
  "INFO running pg_rewind from database-2",
  "INFO pg_rewind exit code=0",
  "INFO  stderr=pg_rewind: servers diverged at WAL location 0/4489F20 on timeline 1",
  "                pg_rewind: rewinding from last common checkpoint at 0/2000110 on timeline 1",
]
const copy = [
  "INFO trying to bootstrap from leader 'database-2'",
  "INFO replica has been created using basebackup",
]

test("how a member came back is what Patroni logged", () => {
  const following = "INFO no action. I am (database-1), a secondary, and following a leader"
  expect(rejoinOf(following)).toBe("followed")
  expect(rejoinOf(rewind.join("\n"))).toBe("rewound")
  expect(rejoinOf(copy.join("\n"))).toBe("copied")
})

test("a rewind that was not needed took nothing back, and one that failed ends in a copy", () => {
  const idle = [
    "INFO running pg_rewind from database-2",
    "INFO pg_rewind exit code=0",
    "INFO  stderr=pg_rewind: servers diverged at WAL location 0/4489F20 on timeline 1",
    "                pg_rewind: no rewind required",
  ]
  expect(rejoinOf(idle.join("\n"))).toBe("followed")
  expect(rejoinOf([...rewind, ...idle].join("\n"))).toBe("rewound")
  // The copy has begun, and is not done yet.
  expect(rejoinOf([...rewind, ...copy.slice(0, 1)].join("\n"))).toBe("copied")
})
