import { expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import {
  artifact,
  type DirectoryArtifact,
  defineMaterializer,
  directory,
  directoryAt,
  type FileArtifact,
  file,
  fileAt,
  input,
  type OutputPlace,
  output,
  pipeline,
  type StepContext,
  step,
} from "../../src/index.ts";

// The compiler checks these: `tsc` fails where an expectation does not hold, or an expected error is missing.

const make = step({
  name: "make",
  outputs: { table: file(), site: directory(), rows: z.number() },
  run: async (_inputs, context) => {
    expectTypeOf(context.outputs).toEqualTypeOf<{
      readonly table: OutputPlace;
      readonly site: OutputPlace;
    }>();
    const told = (given: StepContext) => given.runId;
    told(context);
    return { rows: 1, site: directoryAt("/tmp/site") };
  },
});

const read = step({
  name: "read",
  inputs: { table: file(), site: directory() },
  run: ({ table, site }) => {
    expectTypeOf(table).toEqualTypeOf<FileArtifact>();
    expectTypeOf(site).toEqualTypeOf<DirectoryArtifact>();
  },
});

const numbers = defineMaterializer<number[]>({ name: "numbers", save: () => {}, load: () => [] });
const texts = defineMaterializer<string[]>({ name: "texts", save: () => {}, load: () => [] });

test("a step that writes all of its outputs where it is told returns nothing", () => {
  const all = step({ name: "all", outputs: { a: file(), b: directory() }, run: () => {} });
  const one = step({
    name: "one",
    output: file(),
    run: async (_inputs, { outputs }) => void outputs.output.path,
  });
  // @ts-expect-error: a value has to be returned
  step({ name: "s", outputs: { a: file(), n: z.number() }, run: () => {} });
  // @ts-expect-error: a file is no folder
  step({ name: "s", outputs: { a: file() }, run: () => ({ a: directoryAt("/tmp") }) });
  // @ts-expect-error: a value has no place to be written at
  step({ name: "s", outputs: { n: z.number() }, run: (_inputs, { outputs }) => ({ n: outputs.n.path }) });
  expect([all.name, one.name]).toEqual(["all", "one"]);
});

test("files are wired to files and folders to folders, and come from no literal", () => {
  const p = pipeline({
    name: "p",
    define: () => {
      const { table, site, rows } = make();
      read({ table, site });
      read({ table: artifact("table", { version: 2 }), site: artifact("site") });
      // @ts-expect-error: the wrong way round
      read({ table: site, site: table });
      // @ts-expect-error: no file
      read({ table: rows, site });
      // @ts-expect-error: one of this machine
      read({ table: fileAt("/etc/hosts"), site });
      // @ts-expect-error: no such version
      read({ table: artifact("table", { version: "newest" }), site });
    },
  });
  expect(p.name).toBe("p");
});

test("a materializer has to be of the type that is stored", () => {
  const Numbers = z.array(z.number());
  output(Numbers, { materializer: numbers, name: "all" });
  output(Numbers, { materializer: "csv" });
  input(Numbers, { materializer: numbers });
  // @ts-expect-error: of another type
  output(Numbers, { materializer: texts });
  // @ts-expect-error: no such materializer
  output(Numbers, { materializer: "parquet" });
  // @ts-expect-error: it gives texts
  input(Numbers, { materializer: texts });
  expectTypeOf(output(Numbers, { name: "n" })).toEqualTypeOf<typeof Numbers>();
  expect(numbers.version).toBe(1);
});
