import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const common = { exclude: ["**/node_modules/**", ".quickcart/**"] }

/** By name, so that box.test.ts makes the box that the others find. */
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: ByName },
    projects: [
      {
        test: {
          ...common,
          name: "unit",
          // Git and processes are slow where the box runs beside.
          testTimeout: 30_000,
          include: [
            "schema/**/*.test.ts",
            "generators/**/*.test.ts",
            "scripts/**/*.test.ts",
            "images/**/*.test.ts",
            "test/*.test.ts",
          ],
        },
      },
      {
        test: {
          ...common,
          name: "tools",
          include: ["test/tools/*.test.ts"],
          testTimeout: 240_000,
        },
      },
      {
        test: {
          ...common,
          name: "data",
          include: ["test/data/*.test.ts"],
          setupFiles: ["test/box/time-budget.ts"],
          globalSetup: ["test/data/global-setup.ts"],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
        },
      },
      {
        test: {
          ...common,
          name: "box",
          include: ["test/box/*.test.ts"],
          setupFiles: ["test/box/time-budget.ts"],
          globalSetup: ["test/box/global-setup.ts"],
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
