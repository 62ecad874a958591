import { type ImageName, imageNames } from "../../images/names.ts"
import type { EnvironmentSpec } from "../environment.ts"
import type { Finding, Rule } from "./rule.ts"

export const digest: Rule = {
  id: "images/digest",
  reason: "A tag can move; only a digest says which bytes will run.",
  severity: "error",
  check(fleet, spec) {
    // Only the box builds the images it is about to run; elsewhere a source tag may not exist yet.
    const isStrict = spec.tier !== "development"
    const byDigest = (spec.images.reference ?? "digest") === "digest"
    const findings: Finding[] = []
    if (isStrict && !byDigest) {
      const message =
        "is source, a tag that may not be pushed yet; only development refers by it, so write digest"
      findings.push({ path: ["images", "reference"], message })
    }
    if (isStrict && spec.app.image !== undefined && !isDigest(spec.app.image)) {
      const message = "is not a digest reference; write <image>@sha256:<64 hex digits>"
      findings.push({ path: ["app", "image"], message })
    }
    const grafana = spec.monitoring?.grafana?.image
    if (isStrict && grafana !== undefined && !isDigest(grafana)) {
      const message = "is not a digest reference; write <image>@sha256:<64 hex digits>"
      findings.push({ path: ["monitoring", "grafana", "image"], message })
    }
    const unpublished = deployedImages(spec).filter((name) => !isDigest(fleet.images[name]))
    if (byDigest && unpublished.length > 0) {
      const message =
        `is digest, but images/lock.json has no digest for ${unpublished.join(", ")}; ` +
        "publish the images and commit the lock"
      findings.push({ path: ["images", "reference"], message })
    }
    return findings
  },
}

export const registry: Rule = {
  id: "images/registry",
  reason: "Over plain HTTP anyone on the way can replace an image.",
  severity: "error",
  check(fleet) {
    if (!fleet.registry.insecure || fleet.provider.name === "box") return []
    const message = "is true, but only the box may talk plain HTTP to its registry; remove it"
    return [{ path: ["images", "insecure"], message }]
  },
}

function isDigest(reference: string): boolean {
  return /@sha256:[a-f0-9]{64}$/.test(reference)
}

/** Run by the box only, which builds its images itself. */
const boxOnly: readonly ImageName[] = ["host", "registry", "s3"]

function deployedImages({ app }: EnvironmentSpec): ImageName[] {
  return imageNames.filter(
    (name) => !boxOnly.includes(name) && (name !== "shop" || app.image === undefined),
  )
}
