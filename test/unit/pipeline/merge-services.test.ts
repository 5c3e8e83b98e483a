import { expect, test } from "vitest";
import { mergeSettings } from "../../../src/pipeline/merge.ts";

test("services merge by name, then key by key, and their environments variable by variable", () => {
  const pipeline = {
    services: { db: { image: "postgres:16", user: "999", environment: { A: "1", B: "1" } } },
  };
  const step = {
    services: { db: { image: "postgres:17", environment: { B: "2" } }, queue: { image: "redis:8" } },
  };
  expect(mergeSettings(pipeline, step).services).toEqual({
    db: { image: "postgres:17", user: "999", environment: { A: "1", B: "2" } },
    queue: { image: "redis:8" },
  });
});

test("settings without services get none", () => {
  expect(mergeSettings({ network: "bridge" }, {})).toEqual({ network: "bridge" });
});
