import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/model/json.ts";
import { canonicalJson, hashJson } from "../../../src/util/canonical.ts";

const reversed = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(reversed);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .reverse()
      .map(([key, value]) => [key, reversed(value)]),
  );
};

describe("canonical JSON", () => {
  it("sorts keys by code unit and writes no white space", () => {
    const json = { b: [1, { d: null, c: "x y" }], "\u{1F600}": 1, "\uFF5E": 2, a: true, A: -0 };
    expect(canonicalJson(json)).toBe(
      '{"A":0,"a":true,"b":[1,{"c":"x y","d":null}],"\u{1F600}":1,"\uFF5E":2}',
    );
  });

  it("is the same in whatever order the keys were set, and means the same as the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const text = canonicalJson(json as Json);
        expect(canonicalJson(reversed(json) as Json)).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
      }),
    );
  });

  it("keeps __proto__ as a key", () => {
    expect(canonicalJson(JSON.parse('{"__proto__":1,"_":2}'))).toBe('{"_":2,"__proto__":1}');
  });

  it("hashes the text in UTF-8 with SHA-256", () => {
    const expected = createHash("sha256").update('{"a":"é","b":1}', "utf8").digest("hex");
    expect(hashJson({ b: 1, a: "é" })).toBe(expected);
  });

  it("tells lone surrogates from one another", () => {
    expect(hashJson("\uD800")).not.toBe(hashJson("\uD801"));
  });

  it.each([
    ["an undefined property", { a: undefined }, /\$\.a is undefined/],
    ["NaN", [Number.NaN], /\$\[0\] is NaN/],
    ["a bigint", { a: 1n }, /\$\.a is bigint/],
  ])("refuses %s with its path", (_what, value, message) => {
    expect(() => canonicalJson(value as unknown as Json)).toThrow(message);
  });

  it("says clearly that a value is nested too deep", () => {
    const deep = JSON.parse("[".repeat(10_000) + "]".repeat(10_000)) as Json;
    expect(() => canonicalJson(deep)).toThrow(/nested deeper/);
  });
});
