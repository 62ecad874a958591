#!/usr/bin/env node
// Plain JavaScript: the cache of compiled code is on before the first TypeScript is read,
// which spares every command the start of the compiler.
import { enableCompileCache } from "node:module"
import { join } from "node:path"

enableCompileCache(join(import.meta.dirname, "..", ".quickcart", "compile-cache"))
await import("./quickcart.ts")
