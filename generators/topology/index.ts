import type { Component } from "../core/component.ts"
import { readme } from "./readme.ts"

/** The page people read before and after a change. */
export const topology: Component = {
  name: "topology",
  contribute: () => ({ services: [], flows: [], files: [], checks: [], credentials: [] }),
  render: (fleet, all) => [{ path: "README.md", text: readme(fleet, all) }],
}
