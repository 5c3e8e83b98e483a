import { describe, expect, test } from "vitest";
import * as z from "zod";
import { mayFit } from "../../../src/compiler/compatible.ts";
import { describeSchema } from "../../../src/compiler/schema-kinds.ts";

describe("an output that can never be what the input takes is refused", () => {
  test.each([
    [z.string(), z.number()],
    [z.array(z.string()), z.array(z.number())],
    [z.array(z.number()), z.number()],
    [z.date(), z.string()],
    [z.object({}), z.array(z.unknown())],
    [z.literal("a"), z.literal(1)],
    [z.null(), z.string().optional()],
    [z.codec(z.string(), z.number(), { decode: Number, encode: String }), z.string()],
  ])("%#", (output, input) => {
    expect(mayFit(output, input)).toBe(false);
  });
});

describe("an output that may fit is left to the consumer's own parse", () => {
  test.each([
    [z.string(), z.string().min(3)],
    [z.number(), z.union([z.number(), z.string()])],
    [z.union([z.number(), z.string()]), z.string()],
    [z.number(), z.number().nullable().default(3)],
    [z.any(), z.string()],
    [z.string(), z.unknown()],
    [z.string(), z.string().transform(Number)],
    [z.string().transform(Number), z.string()],
    [z.record(z.string(), z.number()), z.object({ a: z.number() })],
    [z.enum(["a", "b"]), z.string()],
    [z.array(z.any()), z.array(z.number())],
    [z.lazy(() => z.string()), z.number()],
  ])("%#", (output, input) => {
    expect(mayFit(output, input)).toBe(true);
  });
});

test("types are written as a person would", () => {
  expect(describeSchema(z.array(z.array(z.number())), "output")).toBe("array of array of number");
  expect(describeSchema(z.string().optional(), "input")).toBe("string | undefined");
  expect(describeSchema(z.enum(["a"]), "input")).toBe("string");
  expect(describeSchema(z.any(), "input")).toBe("unknown");
  expect(describeSchema(z.map(z.string(), z.date()), "input")).toBe("Map");
});
