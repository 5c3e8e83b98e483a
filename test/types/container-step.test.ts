import { expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import { containerStep, file, type OutputHandle, pipeline, type Step } from "../../src/index.ts";

// The compiler checks these: `tsc` fails where an expectation does not hold, or an expected error is missing.

const train = containerStep({
  name: "train",
  image: "python:3.12-slim",
  inputs: {
    days: z.array(z.number()),
    epochs: z.int().default(3),
    note: z.string().optional(),
    table: file(),
  },
  outputs: { loss: z.number(), report: z.string() },
  command: [
    "python",
    "train.py",
    ({ inputs, outputs }) => {
      expectTypeOf(inputs.days).toEqualTypeOf<{ readonly value: number[]; readonly path: string }>();
      expectTypeOf(inputs.epochs.value).toEqualTypeOf<number>();
      expectTypeOf(inputs.note.path).toEqualTypeOf<string | undefined>();
      expectTypeOf(inputs.table).toEqualTypeOf<{ readonly path: string }>();
      expectTypeOf(outputs.report.path).toEqualTypeOf<string>();
      return ["--epochs", inputs.epochs.value];
    },
    ({ inputs }) => inputs.note.value,
  ],
  args: [
    "--table",
    ({ inputs, outputs }) => {
      expectTypeOf(inputs.table).toEqualTypeOf<{ readonly path: string }>();
      expectTypeOf(outputs.loss.path).toEqualTypeOf<string>();
      return [inputs.table.path, inputs.epochs.value];
    },
  ],
});

const make = containerStep({ name: "make", image: "a", outputs: { table: file({ name: "table.csv" }) } });

const one = containerStep({
  name: "one",
  build: { context: "one" },
  output: z.number(),
  command: [({ outputs }) => outputs.output.path],
});

test("a container step is wired as any step", () => {
  expectTypeOf(one.with({ timeout: 5 })).toEqualTypeOf(one);
  expectTypeOf(one).toExtend<Step<Record<never, never>, Record<never, never>, z.ZodNumber>>();
  pipeline({
    name: "p",
    define: () => {
      const { table } = make();
      const { loss, report } = train({ days: [1], table });
      expectTypeOf(loss).toEqualTypeOf<OutputHandle<number>>();
      expectTypeOf(report).toEqualTypeOf<OutputHandle<string>>();
      expectTypeOf(one()).toEqualTypeOf<OutputHandle<number>>();
      // @ts-expect-error: a string is no array of numbers
      train({ days: report, table });
    },
  });
  expect(train.name).toBe("train");
});

test("its image is one that is named or one that is built, and its command knows its inputs and outputs", () => {
  // @ts-expect-error: no image
  containerStep({ name: "s", command: ["true"] });
  // @ts-expect-error: two images
  containerStep({ name: "s", image: "a", build: { context: "b" }, command: ["true"] });
  // @ts-expect-error: a function has no place beside a command
  containerStep({ name: "s", image: "a", run: () => {} });
  // @ts-expect-error: no such option of a build
  containerStep({ name: "s", build: { folder: "b" } });
  // @ts-expect-error: hooks of its own would need Node in its image
  containerStep({ name: "s", image: "a", onStart: () => {} });
  const inputs = { days: z.array(z.number()) };
  // @ts-expect-error: no such input
  containerStep({ name: "s", image: "a", inputs, command: [(given) => given.inputs.nights.path] });
  // @ts-expect-error: no such output
  containerStep({ name: "s", image: "a", output: z.number(), command: [({ outputs }) => outputs.loss.path] });
  // @ts-expect-error: an input as a whole is no argument
  containerStep({ name: "s", image: "a", inputs, command: [(given) => given.inputs.days] });
  // @ts-expect-error: a number is text on a command line: write it so
  containerStep({ name: "s", image: "a", command: ["sleep", 5] });
  containerStep({ name: "s", image: "a", inputs, args: ["-d", (given) => given.inputs.days.path] });
  // @ts-expect-error: no such input
  containerStep({ name: "s", image: "a", inputs, args: [(given) => given.inputs.nights.path] });
  // @ts-expect-error: an input as a whole is no argument
  containerStep({ name: "s", image: "a", inputs, args: [(given) => given.inputs.days] });
  // @ts-expect-error: a number is text on a command line: write it so
  containerStep({ name: "s", image: "a", args: [5] });
  expect(one.name).toBe("one");
});
