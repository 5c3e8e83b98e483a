import { deepStrictEqual } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/model/json.ts";
import { decodeTagged, encodeTagged } from "../../../src/util/tagged.ts";
import { anyValue } from "./any-value.ts";

const throughJson = (value: unknown): unknown =>
  decodeTagged(JSON.parse(JSON.stringify(encodeTagged(value))));

describe("tagged encoding", () => {
  it("brings every value that it takes back as it left", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        // Not toStrictEqual, which takes a property named `constructor` for the class.
        deepStrictEqual(throughJson(value), value);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives JSON that is the same again when it is encoded, decoded and encoded", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const json = JSON.stringify(encodeTagged(value));
        expect(JSON.stringify(encodeTagged(decodeTagged(JSON.parse(json))))).toBe(json);
      }),
    );
  });

  it("leaves JSON as it is, and does not copy it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(
          !JSON.stringify(value).includes("$stepdock") &&
            isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value),
        );
        expect(encodeTagged(value)).toBe(value);
      }),
    );
  });

  it("copies only the way down to what needs a tag", () => {
    const value = { plain: { list: [1, 2] }, tagged: [0, new Date(0), 1] };
    const encoded = encodeTagged(value) as { plain: unknown };
    expect(encoded.plain).toBe(value.plain);
    expect(encoded).toStrictEqual({
      plain: { list: [1, 2] },
      tagged: [0, { $stepdock: "Date", value: "1970-01-01T00:00:00.000Z" }, 1],
    });
    expect(value.tagged[1]).toBeInstanceOf(Date);
  });

  it("decodes into objects of its own", () => {
    const json: Json = Object.freeze({ list: Object.freeze([1, 2]) }) as unknown as Json;
    const value = decodeTagged(json) as { list: number[] };
    value.list.push(3);
    expect(value).toStrictEqual({ list: [1, 2, 3] });
  });

  it.each([
    ["undefined", undefined, { $stepdock: "undefined" }],
    ["NaN", Number.NaN, { $stepdock: "number", value: "NaN" }],
    ["minus zero", -0, { $stepdock: "number", value: "-0" }],
    ["a bigint", 12n, { $stepdock: "bigint", value: "12" }],
    ["a Map", new Map([["a", 1]]), { $stepdock: "Map", value: [["a", 1]] }],
    ["bytes", new Uint8Array([1, 2, 3]), { $stepdock: "Uint8Array", value: "AQID" }],
    [
      "an object with the tag key",
      { $stepdock: "Map" },
      { $stepdock: "Object", value: { $stepdock: "Map" } },
    ],
    ["an invalid date", new Date(Number.NaN), { $stepdock: "Date", value: null }],
  ])("writes %s as documented", (_what, value, json) => {
    expect(encodeTagged(value)).toStrictEqual(json);
  });

  it("tells an absent property, an undefined one and a hole from one another", () => {
    expect(throughJson({ a: undefined })).toStrictEqual({ a: undefined });
    expect(Object.keys(throughJson({ a: undefined }) as object)).toEqual(["a"]);
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point.
    expect(Object.keys(throughJson([0, , undefined]) as object)).toEqual(["0", "2"]);
  });

  it("carries a long array with holes without walking through them", () => {
    const array: unknown[] = [];
    array[4_000_000_000] = "last";
    const arrived = throughJson(array) as unknown[];
    expect(arrived.length).toBe(4_000_000_001);
    expect(Object.entries(arrived)).toEqual([["4000000000", "last"]]);
  });

  it("finds a named property and a hole in a long array", () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({ index }));
    expect(encodeTagged(rows)).toBe(rows);
    const csv = Object.assign(rows.slice(), { columns: ["index"] });
    expect(throughJson(csv)).toStrictEqual(csv);
    const holed = rows.slice();
    delete holed[3000];
    expect(Object.hasOwn(throughJson(holed) as object, "3000")).toBe(false);
  });

  it("brings a Buffer back as a Buffer, and a view as a view on memory of its own", () => {
    const whole = new Float64Array([1, 2, 3, 4]);
    const arrived = throughJson({ buffer: Buffer.from("é"), view: whole.subarray(1, 3) }) as {
      buffer: Buffer;
      view: Float64Array;
    };
    expect(Buffer.isBuffer(arrived.buffer)).toBe(true);
    expect(arrived.buffer.toString()).toBe("é");
    expect(arrived.view).toStrictEqual(new Float64Array([2, 3]));
    expect(arrived.view.buffer.byteLength).toBe(16);
  });

  it("carries half-precision floats", () => {
    const Half = (globalThis as unknown as { Float16Array: typeof Float32Array }).Float16Array;
    expect(throughJson(new Half([1.5, -2]))).toStrictEqual(new Half([1.5, -2]));
  });

  it("brings an error back with its class, message, stack, cause and what was set on it", () => {
    const cause = new RangeError("inner");
    const error = Object.assign(new TypeError("outer", { cause }), { code: "E_OUTER", at: new Date(5) });
    const arrived = throughJson(error) as typeof error;
    expect(arrived).toBeInstanceOf(TypeError);
    expect(arrived.stack).toBe(error.stack);
    expect((arrived.cause as Error).stack).toBe(cause.stack);
    expect({ ...arrived }).toStrictEqual({ code: "E_OUTER", at: new Date(5) });
    expect(Object.keys(arrived)).toEqual(["code", "at"]);
  });

  it("brings the errors of an AggregateError back", () => {
    const arrived = throughJson(new AggregateError([new Error("a"), 2], "both")) as AggregateError;
    expect(arrived).toBeInstanceOf(AggregateError);
    expect(arrived.message).toBe("both");
    expect(arrived.errors).toStrictEqual([new Error("a"), 2]);
  });

  it("keeps __proto__ as a property, and pollutes no prototype", () => {
    const value = JSON.parse('{"__proto__":{"polluted":1},"at":{"__proto__":2},"date":0}') as Record<
      string,
      unknown
    >;
    value.date = new Date(0);
    const arrived = throughJson(value) as object;
    expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype);
    expect(Object.keys(arrived)).toEqual(["__proto__", "at", "date"]);
    expect(Object.hasOwn((arrived as { at: object }).at, "__proto__")).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const hostile = '{"$stepdock":"Array","length":0,"value":{"__proto__":{"polluted":1}}}';
    expect(Object.getPrototypeOf(decodeTagged(JSON.parse(hostile)))).toBe(Array.prototype);
  });

  it("brings a value that is used twice back as two equal values", () => {
    const shared = { a: new Date(0) };
    const arrived = throughJson([shared, shared]) as object[];
    expect(arrived).toStrictEqual([shared, shared]);
    expect(arrived[0]).not.toBe(arrived[1]);
  });
});
