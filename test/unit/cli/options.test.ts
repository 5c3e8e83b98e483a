import { expect, test } from "vitest";
import { collectParameter, parseAge, wholeNumber } from "../../../src/cli/options.ts";

test("a parameter's value may hold further equals signs, and be empty", () => {
  const given = collectParameter("b=", collectParameter("k=v=w"));
  expect([...given]).toEqual([
    ["k", "v=w"],
    ["b", ""],
  ]);
});

test("the last value of a parameter counts", () => {
  expect(collectParameter("k=2", collectParameter("k=1")).get("k")).toBe("2");
});

test.each(["city", "=seattle", ""])("a parameter written as %j is refused with an example", (text) => {
  expect(() => collectParameter(text)).toThrow(/name=value.*--param epochs=3/);
});

test("a parameter named like a property of every object is one of its own", () => {
  const given = Object.fromEntries(collectParameter("__proto__=x"));
  expect(Object.keys(given)).toEqual(["__proto__"]);
});

test("whole numbers are read as such, from the least on", () => {
  expect(wholeNumber(0)("0")).toBe(0);
  expect(wholeNumber(1)("12")).toBe(12);
});

test.each(["-1", "1.5", "x", "", "1e3", "99999999999999999999"])("%j is no whole number from 1", (text) => {
  expect(() => wholeNumber(1)(text)).toThrow("1 or more");
});

test.each([
  ["90s", 90_000],
  ["12h", 43_200_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
])("an age of %s is %d ms", (text, milliseconds) => {
  expect(parseAge(text)).toBe(milliseconds);
});

test.each(["7", "d", "7 days", "-1d", "1.5d"])("%j is no age", (text) => {
  expect(() => parseAge(text)).toThrow("for instance 7d");
});
