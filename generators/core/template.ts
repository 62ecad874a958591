import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { fileURLToPath } from "node:url"
import Handlebars from "handlebars"

/** What a template may print; null and undefined are errors, not empty text. */
export type ViewValue = string | number | boolean | readonly ViewValue[] | View
export type View = { readonly [field: string]: ViewValue }

/**
 * Compiles the template `name` that lies beside the module `moduleUrl`
 * (`import.meta.url`). The result renders a view and throws an Error naming the
 * template and the field when a value is missing or would print nonsense.
 */
export function loadTemplate(moduleUrl: string, name: string): (view: View) => string {
  const source = readFileSync(fileURLToPath(new URL(name, moduleUrl)), "utf8")
  return compileTemplate(basename(name), source)
}

/** As `loadTemplate`, from the template's text. */
export function compileTemplate(name: string, source: string): (view: View) => string {
  const template = Handlebars.compile(source, {
    strict: true,
    noEscape: true,
    knownHelpersOnly: true,
  })
  return (view) => {
    refuseMissing(name, "", view)
    const text = apply(name, () => template(view))
    refuseNonsense(name, text)
    return text
  }
}

function apply(name: string, render: () => string): string {
  try {
    return render()
  } catch (error) {
    throw new Error(`template ${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/** Handlebars prints nothing for an undefined value and for one missing in `if` or `each`. */
function refuseMissing(name: string, path: string, value: unknown): void {
  if (value === undefined || value === null || Number.isNaN(value)) {
    throw new Error(`template ${name}: the field ${path || "(view)"} is ${value}`)
  }
  if (typeof value !== "object") return
  for (const [key, inner] of Object.entries(value)) {
    refuseMissing(name, path === "" ? key : `${path}.${key}`, inner)
  }
}

function refuseNonsense(name: string, text: string): void {
  for (const [index, line] of text.split("\n").entries()) {
    const found = /\[object Object\]|\bundefined\b|\bNaN\b/.exec(line)
    if (found !== null) {
      throw new Error(`template ${name}: line ${index + 1} of the output says ${found[0]}: ${line}`)
    }
  }
}
