import { defineConfig } from "vitest/config"

const common = { exclude: ["**/node_modules/**", ".quickcart/**"] }

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: "unit",
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
          testTimeout: 120_000,
        },
      },
      {
        test: {
          ...common,
          name: "box",
          include: ["test/box/*.test.ts"],
          globalSetup: ["test/box/global-setup.ts"],
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
