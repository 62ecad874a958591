import { certificatesIn } from "../../secrets/pem.ts"
import { applyStorage } from "../../storage/verb.ts"
import type { Drill, DrillContext } from "../drill.ts"
import { awaitHealthy } from "../fleet-access.ts"
import { atMost } from "../report.ts"
import { tlsDoors, wronglyAdmitted, wronglyServed } from "./tls-doors.ts"
import {
  measuredRotations,
  type Rotation,
  ratePerSecond,
  rotateUnderClients,
  unnoticed,
} from "./under-rotation.ts"

/** Longer than three applies that each replace every member of the data tier. */
const longestSeconds = 7200

/** Certificates of the data tier; PgBouncer has none. */
const subjects = ["patroni_tls", "etcd_tls", "redis_tls"]

interface Rotated extends Rotation {
  wrong: string[]
}

/** Every certificate of the data tier changes under carts, visitors, writes and reads. */
export const certificateRotation: Drill = {
  name: "certificate-rotation",
  environment: "local-data",
  summary: "rotate each certificate of the data tier: every member shows the new one",
  onlyThorough: true,
  run: async (context) => {
    const rotations: Rotated[] = []
    for (const secret of subjects) {
      const rotation = await rotateUnderClients(context, secret, { longestSeconds, carts: true })
      await awaitHealthy(context)
      const doors = tlsDoors.filter((door) => door.secret === secret)
      const wrong = await wronglyServed(context, doors)
      context.report(
        `${secret} rotated in ${rotation.seconds} s; ${wrong.join(", ") || "shown by all"}`,
      )
      rotations.push({ ...rotation, wrong })
    }
    const wrong = rotations.flatMap((rotation) => rotation.wrong)
    return measuredRotations(rotations, [
      atMost("ports that show another certificate", wrong.length, 0),
    ])
  },
}

/** The authority that every component trusts is replaced by another, and so is all it issued. */
export const authorityRotation: Drill = {
  name: "authority-rotation",
  environment: "local-data",
  summary:
    "rotate the internal authority: everything shows and trusts certificates of the new one only",
  onlyThorough: true,
  run: async (context) => {
    const before = trusted(context)
    // Patroni's own: it is a client of etcd and of its members.
    const client = context.state.read("secrets", "patroni_tls") ?? ""
    // Else a client that is refused afterwards would prove nothing.
    const shut = await wronglyAdmitted(context, tlsDoors, client, "let in")
    const rotation = await rotateUnderClients(context, authority, { longestSeconds, carts: true })
    await awaitHealthy(context)
    // The box's stand-in for object storage started anew, with nothing in it.
    await applyStorage(context.repository, context.fleet.environment)
    const kept = trusted(context).filter((one) => before.includes(one))
    const served = await wronglyServed(context, tlsDoors)
    const now = context.state.read("secrets", "patroni_tls") ?? ""
    const refused = await wronglyAdmitted(context, tlsDoors, now, "let in")
    const admitted = await wronglyAdmitted(context, tlsDoors, client, "refused")
    const wrong = { shut, kept, served, refused, admitted }
    context.report(`${authority} rotated in ${rotation.seconds} s; ${JSON.stringify(wrong)}`)
    return {
      parameters: { statementsPerSecond: 10, ratePerSecond, ports: tlsDoors.map((d) => d.port) },
      samples: [rotation.seconds],
      unit: "s for all three steps",
      bounds: [
        ...unnoticed([rotation]),
        atMost("authorities that were trusted before and are still", kept.length, 0),
        atMost("ports that show another certificate", served.length, 0),
        atMost("ports that refuse a client they should know", shut.length + refused.length, 0),
        atMost("ports that let in a client of the old authority", admitted.length, 0),
      ],
      details: { ...rotation, wrong },
    }
  },
}

const authority = "internal_ca"

/** Fingerprints of the authorities that are trusted. */
function trusted({ state }: DrillContext): string[] {
  return certificatesIn(state.read("secrets", authority) ?? "").map((one) => one.fingerprint256)
}
