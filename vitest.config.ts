import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    // Real containers on a busy machine of two cores take their time; a test waits for conditions, never for a clock.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Most of a test's time its process waits for containers.
    maxWorkers: 3,
  },
});
