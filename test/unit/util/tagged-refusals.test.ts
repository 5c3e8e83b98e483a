import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/model/json.ts";
import { EncodingError } from "../../../src/util/encoding-error.ts";
import { decodeTagged, encodeTagged } from "../../../src/util/tagged.ts";

const throughJson = (value: unknown): unknown =>
  decodeTagged(JSON.parse(JSON.stringify(encodeTagged(value))));

const errorOf = (act: () => unknown): EncodingError => {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(EncodingError);
    return error as EncodingError;
  }
  throw new Error("expected an EncodingError");
};

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
};

class Model {
  readonly weights = [1];
}

class Dates extends Map {}

const cyclic = (): unknown => {
  const value = { a: { b: [1, 2, 3] as unknown[] } };
  value.a.b.push(value.a);
  return value;
};

describe("what the tagged encoding refuses", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["a function", { a: { b: [1, 2, 3, () => 1] } }, "$.a.b[3]", /is a function.*Use plain data/],
    ["a symbol", [Symbol("x")], "$[0]", /is a symbol/],
    ["a class instance", { model: new Model() }, "$.model", /class Model.*Use plain data/],
    ["a subclass of a built-in", new Dates(), "$", /class Dates/],
    ["a promise", { "late value": Promise.resolve(1) }, '$["late value"]', /Await it/],
    ["a boxed number", [Object(1)], "$[0]", /class Number/],
    ["a function as a Map's key", new Map([[() => 1, 1]]), "$<key 0>", /function/],
    ["a symbol in a Set", { s: new Set([1, Symbol.iterator]) }, "$.s<item 1>", /symbol/],
    ["a symbol key", { a: { [Symbol("k")]: 1 } }, "$.a", /key Symbol\(k\)/],
    ["a toJSON method", { a: { toJSON: () => 1 } }, "$.a", /toJSON/],
    ["a hidden toJSON method", [Object.defineProperty({}, "toJSON", { value: () => 1 })], "$[0]", /toJSON/],
    ["a property set on a Map", [Object.assign(new Map(), { extra: 1 })], "$[0]", /'extra'/],
    ["what only pretends to be a Date", [Object.create(Date.prototype)], "$[0]", /Date/],
    ["a function in an error", new Error("x", { cause: () => 1 }), "$.cause", /function/],
    ["a cycle", cyclic(), "$.a.b[3]", /leads back to \$\.a:/],
    [
      "a value that is its own item",
      (() => {
        const m = new Map();
        m.set("me", m);
        return m;
      })(),
      "$<value 0>",
      /leads back to \$:/,
    ],
  ])("refuses %s, naming its path", (_what, value, path, message) => {
    const error = errorOf(() => encodeTagged(value));
    expect(error.path).toBe(path);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(error.code).toBe("value_not_encodable");
  });

  it("takes a value that merely occurs twice for no cycle", () => {
    const shared = { a: 1 };
    expect(() => encodeTagged([shared, { shared }, shared])).not.toThrow();
  });

  it.each<[string, (inner: unknown) => unknown]>([
    ["arrays", (inner) => [inner]],
    ["objects", (inner) => ({ inner })],
    ["Maps", (inner) => new Map([[1, inner]])],
    ["errors", (inner) => Object.assign(new Error("e", { cause: inner }), { stack: "" })],
  ])("carries %s nested 500 deep, and says clearly that 10,000 are too deep", (_what, wrap) => {
    const deep = nested(500, wrap);
    expect(isDeepStrictEqual(throughJson(deep), deep)).toBe(true);
    const error = errorOf(() => encodeTagged(nested(10_000, wrap)));
    expect(error.message).toMatch(/nested deeper than 500 levels/);
    expect(error.message.length).toBeLessThan(500);
  });

  it("does not overflow the stack on JSON that is nested 100,000 deep", () => {
    const json = JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) as Json;
    expect(errorOf(() => decodeTagged(json)).message).toMatch(/nested deeper/);
  });

  it.each<[string, Json, RegExp]>([
    ["an unknown tag", { $stepdock: "Quaternion" }, /\$\.x has the tag "Quaternion"/],
    ["a tag that is no name", { $stepdock: 3 }, /\$\.x has the tag 3/],
    ["a malformed Map", { $stepdock: "Map", value: 3 }, /\$\.x is not a well-formed Map/],
    ["a malformed bigint", { $stepdock: "bigint", value: "x" }, /\$\.x is not a well-formed bigint/],
    [
      "bytes that do not fit the items",
      { $stepdock: "Float64Array", value: "AQID" },
      /well-formed Float64Array/,
    ],
  ])("refuses to decode %s", (_what, x, message) => {
    expect(errorOf(() => decodeTagged({ x })).message).toMatch(message);
  });
});
