import { deepStrictEqual } from "node:assert/strict";
import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../src/artifact/artifact-kind.ts";
import type { Materializer } from "../../src/artifact/port.ts";
import { Json } from "../../src/model/json.ts";
import { isDirectory, isFile } from "../../src/util/stored-files.ts";

const temporary = () => mkdtempDisposable(join(tmpdir(), "stepdock-materializer-"));

/** Files and folders are equal where what is in them is. */
const seen = async (value: unknown): Promise<unknown> => {
  if (isFile(value)) return [value.name, await value.text()];
  return isDirectory(value) ? await hashOf("directory", value.path, {}) : value;
};

/** The one suite of every materializer; `values` are some that it accepts, by what they are. */
export const materializerContract = <T>(
  name: string,
  materializer: Materializer<T>,
  values: Readonly<Record<string, T>>,
): void => {
  const cases = Object.entries(values);

  describe(`materializer: ${name}`, () => {
    it("has the name it is registered by", () => {
      expect(materializer.name).toBe(name);
    });

    it.each(cases)("accepts %s and brings it back as it left", async (_what, value) => {
      await using directory = await temporary();
      expect(materializer.accepts(value)).toBe(true);
      await materializer.save(value, directory.path);
      deepStrictEqual(await seen(await materializer.load(directory.path)), await seen(value));
    });

    it.each(cases)("writes the same files for %s every time", async (_what, value) => {
      await using directory = await temporary();
      const places = ["first", "second"].map((place) => join(directory.path, place));
      for (const place of places) {
        await mkdir(place);
        await materializer.save(value, place);
      }
      const [first, second] = await Promise.all(places.map((place) => hashOf(name, place, {})));
      expect(first).toEqual(second);
    });

    it.each(cases)("describes %s in words and in JSON", (_what, value) => {
      expect(materializer.typeOf(value)).toMatch(/\S/);
      expect(Json.parse(materializer.metadata(value))).toEqual(materializer.metadata(value));
    });

    it.each(cases)("overwrites no file when it saves %s", async (_what, value) => {
      await using directory = await temporary();
      await materializer.save(value, directory.path);
      await expect(materializer.save(value, directory.path)).rejects.toMatchObject({
        code: expect.stringMatching(/^(EEXIST|materializer_failed)$/),
      });
    });

    it("gives different values different content hashes", async () => {
      await using directory = await temporary();
      const hashes = new Set<string>();
      for (const [index, [, value]] of cases.entries()) {
        const place = join(directory.path, String(index));
        await mkdir(place);
        await materializer.save(value, place);
        hashes.add((await hashOf(name, place, {})).contentHash);
      }
      expect(hashes.size).toBe(cases.length);
    });
  });
};
