import { expect, test } from "vitest";
import { parseBytes } from "../../../src/util/bytes.ts";

test.each([
  ["1KB", 1e3],
  ["1.5MB", 1.5e6],
  ["2GB", 2e9],
  ["1TB", 1e12],
  ["1PB", 1e15],
  ["1KiB", 2 ** 10],
  ["512MiB", 2 ** 29],
  ["2GiB", 2 ** 31],
  ["1TiB", 2 ** 40],
  ["1PiB", 2 ** 50],
])("%s of memory is %i bytes", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

test.each(["1", "GB", "-1GB", "1EB", "1gb", "1 000MB", ""])("%j is no amount of memory", (text) => {
  expect(() => parseBytes(text)).toThrow(RangeError);
});
