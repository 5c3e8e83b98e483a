import { expect, test } from "vitest";
import { limitsIn } from "../../../src/orchestrator/containerized/limits.ts";

test("limits are those of a configuration that has them, whatever else it has, and the default ones else", () => {
  const byDefault = { stopGracePeriod: 10, pidsLimit: 4096 };
  expect(limitsIn({ freeMemory: 2, pidsLimit: 64 })).toEqual({ ...byDefault, pidsLimit: 64 });
  for (const config of [{}, undefined, { pidsLimit: "many" }]) expect(limitsIn(config)).toEqual(byDefault);
});
