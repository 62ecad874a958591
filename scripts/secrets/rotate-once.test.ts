import { expect, test } from "vitest"
import type { SwarmService } from "../deploy/swarm-types.ts"
import { mountedSecrets } from "./rotate-once.ts"

function service(secret: string, day: number, isJob: boolean): SwarmService {
  const Secrets = [{ SecretName: secret }]
  return {
    ID: secret,
    Version: { Index: 1 },
    CreatedAt: `2026-06-0${day}T12:00:00Z`,
    UpdatedAt: "",
    Spec: {
      Name: secret,
      TaskTemplate: { ContainerSpec: { Image: "i", Secrets } },
      Mode: isJob ? { ReplicatedJob: {} } : { Replicated: { Replicas: 1 } },
    },
  }
}

test("what running services mount comes before what jobs of earlier generations do", () => {
  const services = [
    service("first", 1, true),
    service("second", 2, true),
    service("used", 1, false),
  ]
  expect(mountedSecrets(services)).toEqual(["used", "second", "first"])
})
