import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csvMaterializer } from "../../../src/artifact/materializers/csv.ts";
import { parseCsv } from "../../../src/artifact/materializers/csv-text.ts";
import { temporaryDirectory } from "./temporary.ts";

const cell = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "1", "-0", "1e5", "true", 'a"b', "x,y", "\r\n"),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.boolean(),
  fc.constant(null),
);

it("brings any table back as it left", async () => {
  await using directory = await temporaryDirectory();
  const tables = fc
    .uniqueArray(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 4 })
    .chain((columns) =>
      fc.array(
        fc.tuple(...columns.map(() => cell)).map((row) => [columns, row] as const),
        { maxLength: 5 },
      ),
    );
  let count = 0;
  await fc.assert(
    fc.asyncProperty(tables, async (table) => {
      const rows = table.map(([columns, row]) =>
        Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])),
      );
      const place = join(directory.path, String(count++));
      await mkdir(place);
      await csvMaterializer.save(rows, place);
      expect(await csvMaterializer.load(place)).toStrictEqual(rows);
    }),
    { numRuns: 60 },
  );
});

it("refuses what no cell can hold, with the row and the column", async () => {
  await using directory = await temporaryDirectory();
  const save = (rows: unknown) => csvMaterializer.save(rows as never, directory.path);
  await expect(save([{ a: 1 }, { a: Number.NaN }])).rejects.toThrow('number in row 2, column "a"');
  await expect(save([{ a: 1 }, { b: 1 }])).rejects.toThrow("row 2 has b, the first a");
  await expect(save([{}])).rejects.toThrow("needs a column");
});

it("reads the tables of others as texts, line by line", () => {
  const texts = (text: string, lines?: number) =>
    parseCsv(text, lines).map((line) => line.map((each) => each.text));
  expect(texts('a,b\r\n1,"x ""y"", z"\r\n,\n')).toEqual([
    ["a", "b"],
    ["1", 'x "y", z'],
    ["", ""],
  ]);
  expect(texts("a,b,")).toEqual([["a", "b", ""]]);
  expect(texts("a\nb\nc", 2)).toEqual([["a"], ["b"]]);
});
