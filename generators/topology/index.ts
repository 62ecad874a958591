import { type Component, contribution } from "../core/component.ts"
import { readme } from "./readme.ts"

/** The page people read before and after a change. */
export const topology: Component = {
  name: "topology",
  contribute: () => contribution(),
  render: (fleet, all) => [{ path: "README.md", text: readme(fleet, all) }],
}
