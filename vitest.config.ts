import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/global-setup.ts"],
    // Real containers on a busy machine of two cores take their time; a test waits for conditions, never for a clock.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    // Two files at once: each may run as many containers as the engine has CPUs.
    maxWorkers: 2,
  },
});
