import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Rooms whose every line and branch is tested. */
const COMPLETE = ["src/net/**", "src/pool/**", "src/vpc/**", "src/dataplane/codec/**"];

const all = { lines: 100, branches: 100, functions: 100, statements: 100 };

/** Kernel tests skip themselves elsewhere; then only what needs no kernel can be held to a measure. */
const onKernel = process.platform === "linux" && process.getuid?.() === 0;

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "scripts/**/*.test.ts", "bench/**/*.test.ts"],
          exclude: ["**/*.kernel.test.ts"],
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "kernel",
          include: ["src/**/*.kernel.test.ts"],
          // They make namespaces, containers and links: one file at a time keeps them out of each other's way.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          // Each has a lab of its own, and mostly waits: for cooldowns, attachments and time-outs.
          maxWorkers: 2,
          globalSetup: ["e2e/harness/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/**/*.test.ts", "src/cli/main.ts"],
      reporter: ["text-summary", "json", "html"],
      reportOnFailure: true,
      thresholds: {
        ...(onKernel ? { lines: 85, branches: 85 } : {}),
        ...Object.fromEntries(COMPLETE.map((glob) => [glob, all])),
      },
    },
  },
});

export default config;
