import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    // Real containers on a busy machine of two cores take their time; a test waits for conditions, never for a clock.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // What a test prints is of use where it fails: the seed of its random numbers, for instance.
    silent: "passed-only",
    // Most of a test's time its process waits for containers.
    maxWorkers: 3,
  },
});
