import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, test } from "vitest"

const program = join(import.meta.dirname, "deliver-patroni")

/** Runs Python with the program as `d`; what it needs beyond Python's own library is left out. */
function python(code: string) {
  const load = [
    "import importlib.machinery, importlib.util, os, sys, tempfile, types",
    "sys.dont_write_bytecode = True",
    'sys.modules["yaml"] = types.ModuleType("yaml")',
    `loader = importlib.machinery.SourceFileLoader("d", ${JSON.stringify(program)})`,
    'd = importlib.util.module_from_spec(importlib.util.spec_from_loader("d", loader))',
    "loader.exec_module(d)",
  ]
  return spawnSync("python3", ["-"], { input: [...load, code].join("\n"), encoding: "utf8" })
}

describe.runIf(python("").status === 0)("deliver-patroni", () => {
  test("a new certificate and a new authority each give the REST API another file", () => {
    const { stdout, stderr } = python(
      'print(*[d.trust_file(c, a) for c, a in [("c", "a"), ("c", "a"), ("c2", "a"), ("c", "a2")]])',
    )
    expect(stderr).toBe("")
    const [first, ...others] = stdout.trim().split(" ")
    expect(first).toMatch(/^trust\/[0-9a-f]{16}\.pem$/)
    expect(others[0]).toBe(first)
    expect(new Set([first, ...others]).size).toBe(3)
  })

  test("only the file that the settings name stays", () => {
    const { stdout, stderr } = python(`
d.RUN = tempfile.mkdtemp()
os.mkdir(f"{d.RUN}/trust")
for name in ("old", "now"):
    open(f"{d.RUN}/trust/{name}.pem", "w").close()
with open(f"{d.RUN}/secrets.yml", "w") as file:
    file.write('{"restapi": {"cafile": "%s/trust/now.pem"}}' % d.RUN)
d.forget_trust()
print(os.listdir(f"{d.RUN}/trust"))
`)
    expect(stderr).toBe("")
    expect(stdout.trim()).toBe("['now.pem']")
  })

  test("Patroni that changes its certificate is asked again, a refusal is not", () => {
    const { stdout, stderr } = python(`
import urllib.error
d.time = types.SimpleNamespace(monotonic=lambda: 0, sleep=lambda seconds: None)
answers = [ConnectionRefusedError(), "done", urllib.error.HTTPError("", 503, "", {}, None)]
def ask(*_):
    answer = answers.pop(0)
    if isinstance(answer, Exception):
        raise answer
    return answer
d.ask = ask
print(d.ask_patiently("GET", "/config"))
try:
    d.ask_patiently("GET", "/config")
except urllib.error.HTTPError as error:
    print(error.code)
`)
    expect(stderr).toBe("")
    expect(stdout).toBe("done\n503\n")
  })
})
