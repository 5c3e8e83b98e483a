import { expect, test } from "vitest";
import { plainJson } from "../../../src/orchestrator/containerized/plain-json.ts";

test("plain data is its own JSON, dates are ISO text, and what is undefined is left out", () => {
  const when = new Date("2026-11-21T12:00:00.000Z");
  const value = { a: [1, "x", null, true, undefined], when, gone: undefined, deep: { when } };
  expect(JSON.parse(plainJson(value))).toEqual({
    a: [1, "x", null, true, null],
    when: "2026-11-21T12:00:00.000Z",
    deep: { when: "2026-11-21T12:00:00.000Z" },
  });
});

test.each<[unknown, RegExp]>([
  [Number.NaN, /^it is number NaN$/],
  [{ days: [{ rain: Number.POSITIVE_INFINITY }] }, /^days\[0\]\.rain is number Infinity$/],
  [{ n: 1n }, /^n is bigint 1$/],
  [[new Map()], /^\[0\] is of class Map$/],
  [{ bytes: Buffer.from("x") }, /^bytes is of class Buffer$/],
  [new Date(Number.NaN), /^it is of class Date$/],
])("what JSON has no word for is refused with its place", (value, message) => {
  expect(() => plainJson(value)).toThrow(message);
});
