import { expect, test } from "vitest";
import { patienceOf } from "../../../src/docker/engine-patience.ts";

test("patience is a minute unless the variable says otherwise", () => {
  expect(patienceOf({})).toBe(60);
  expect(patienceOf({ STEPDOCK_ENGINE_PATIENCE: "" })).toBe(60);
  expect(patienceOf({ STEPDOCK_ENGINE_PATIENCE: "2.5" })).toBe(2.5);
});

test.each(["soon", "0", "-1", "1e9", "NaN"])("patience of %j is refused with what would do", (text) => {
  expect(() => patienceOf({ STEPDOCK_ENGINE_PATIENCE: text })).toThrow(
    `STEPDOCK_ENGINE_PATIENCE is "${text}", which is no number of seconds. Give one above 0 and up to 86400, or none.`,
  );
});
