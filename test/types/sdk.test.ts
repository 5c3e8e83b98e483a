import { describe, expect, expectTypeOf, test } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import {
  type CleanupContext,
  FatalError,
  type InitContext,
  type OutputHandle,
  pipeline,
  type StepContext,
  step,
} from "../../src/index.ts";

// The compiler checks these: `tsc` fails where an expectation does not hold, or an expected error is missing.

const load = step({
  name: "load",
  inputs: { city: z.string(), limit: z.int().default(10), note: z.string().optional() },
  outputs: { days: z.array(z.number()), label: z.string() },
  run: ({ city, limit, note }) => {
    expectTypeOf(city).toEqualTypeOf<string>();
    expectTypeOf(limit).toEqualTypeOf<number>();
    expectTypeOf(note).toEqualTypeOf<string | undefined>();
    return { days: [limit], label: city };
  },
});

const score = step({
  name: "score",
  inputs: { days: z.array(z.number()) },
  output: z.number(),
  run: async ({ days }, { log, signal }) => {
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    log.info("scoring");
    return days.length;
  },
});

step({
  name: "fetch",
  output: z.string(),
  secrets: ["API_KEY"],
  run: (_inputs, { secrets }) => {
    expectTypeOf(secrets).toEqualTypeOf<Readonly<Record<"API_KEY", string>>>();
    // @ts-expect-error it is not among the secrets that the step names
    return secrets.API_KEY ?? secrets.OTHER;
  },
});

const notify = step({ name: "notify", run: () => {} });

const parseDate = step({
  name: "parse_date",
  inputs: { text: z.string().transform((text) => new Date(text)) },
  outputs: { year: z.codec(z.string(), z.number(), { decode: Number, encode: String }) },
  run: ({ text }) => {
    expectTypeOf(text).toEqualTypeOf<Date>();
    return { year: String(text.getUTCFullYear()) };
  },
});

const wide = step({ name: "wide", inputs: { value: z.union([z.number(), z.string()]) }, run: () => {} });
const record = step({
  name: "record",
  inputs: { value: z.record(z.string(), z.unknown()) },
  run: () => {},
});

describe("the compiler", () => {
  test("gives handles of the outputs' types", () => {
    pipeline({
      name: "p",
      parameters: { city: z.string().default("seattle"), epochs: z.int() },
      define: ({ city, epochs }) => {
        expectTypeOf(city).toEqualTypeOf<string>();
        expectTypeOf(epochs).toEqualTypeOf<number>();
        const { days, label } = load({ city });
        expectTypeOf(days).toEqualTypeOf<OutputHandle<number[]>>();
        expectTypeOf(label).toEqualTypeOf<OutputHandle<string>>();
        const total = score({ days });
        expectTypeOf(total).toEqualTypeOf<OutputHandle<number>>();
        wide({ value: total });
        wide({ value: label });
        notify.with({ after: [total, "load"] })();
        expectTypeOf(parseDate({ text: label }).year).toEqualTypeOf<OutputHandle<number>>();
        return { total };
      },
    });
    expect(load.name).toBe("load");
  });

  test("refuses wrong wiring", () => {
    pipeline({
      name: "p",
      define: () => {
        const { days, label } = load({ city: "x", limit: 3 });
        // @ts-expect-error: a string is no array of numbers
        score({ days: label });
        // @ts-expect-error: a literal of the wrong type
        load({ city: 1 });
        // @ts-expect-error: a required input is missing
        load({});
        // @ts-expect-error: a required input is missing altogether
        load();
        // @ts-expect-error: no such input
        load({ city: "x", town: "y" });
        // @ts-expect-error: an output handle is no record
        record({ value: label });
        // @ts-expect-error: all outputs at once are not one of them
        score({ days: load({ city: "x" }) });
        // @ts-expect-error: no such output
        load({ city: "x" }).nothing;
        score({ days });
      },
    });
    expect(score.name).toBe("score");
  });

  test("refuses a function that does not return its outputs", () => {
    // @ts-expect-error: a string is no number
    step({ name: "s", output: z.number(), run: () => "x" });
    // @ts-expect-error: one output is missing
    step({ name: "s", outputs: { a: z.number(), b: z.number() }, run: () => ({ a: 1 }) });
    // @ts-expect-error: one output is of the wrong type
    step({ name: "s", outputs: { a: z.number() }, run: async () => ({ a: "1" }) });
    // @ts-expect-error: no such option
    step({ name: "s", retries: 3, run: () => {} });
    expect(true).toBe(true);
  });

  test("takes the schemas of zod/mini as well", () => {
    const small = step({
      name: "small",
      inputs: { n: mini.number() },
      output: mini.string(),
      run: ({ n }) => n.toFixed(),
    });
    expectTypeOf(small.run({ n: 1 })).resolves.toEqualTypeOf<string>();
    expect(small.name).toBe("small");
  });

  test("knows what a direct call takes and gives", () => {
    expectTypeOf(load.run).parameter(0).toEqualTypeOf<{
      readonly city: string;
      readonly limit?: number | undefined;
      readonly note?: string | undefined;
    }>();
    expectTypeOf(score.run({ days: [] })).resolves.toEqualTypeOf<number>();
    expectTypeOf(notify.run({})).resolves.toEqualTypeOf<undefined>();
    expectTypeOf(load.with({ id: "other", retry: { maxRetries: 2 } })).toEqualTypeOf(load);
  });

  test("knows what hooks are told", () => {
    const hooks = {
      onStart: (context: StepContext) => context.attempt,
      onFailure: async (error: Error, { log }: StepContext) => log.warn(error.message),
    };
    const hooked = step({
      name: "hooked",
      ...hooks,
      onSuccess: (context) => expectTypeOf(context).toEqualTypeOf<StepContext>(),
      onEnd: (context, error) => {
        expectTypeOf(context).toEqualTypeOf<StepContext>();
        expectTypeOf(error).toEqualTypeOf<Error | undefined>();
      },
      run: () => {},
    });
    const p = pipeline({
      name: "p",
      ...hooks,
      onInit: (context) => expectTypeOf(context).toEqualTypeOf<InitContext>(),
      onCleanup: async (context) => {
        expectTypeOf(context).toEqualTypeOf<CleanupContext>();
        expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
      },
      define: () => void hooked(),
    });
    p.with({ onSuccess: hooks.onStart });
    // @ts-expect-error: the error comes first
    step({ name: "s", onFailure: (context: StepContext) => context.attempt, run: () => {} });
    // @ts-expect-error: a run as a whole has no attempts
    pipeline({ name: "p", onInit: ({ attempt }) => attempt, define: () => {} });
    // @ts-expect-error: hooks belong to the step, not to one of its invocations
    hooked.with({ onStart: hooks.onStart });
    expect(p.name).toBe("p");
  });

  test("knows that a fatal error is not retried", () => {
    expectTypeOf<FatalError["retryable"]>().toEqualTypeOf<false>();
    expectTypeOf<FatalError>().toExtend<Error>();
    expect(new FatalError("no use")).toMatchObject({ name: "FatalError", retryable: false });
  });

  test("checks the options of pipelines and steps", () => {
    const p = pipeline({ name: "p", define: () => {} });
    p.with({ executionMode: "fail_fast", settings: { docker: { aptPackages: ["git"] } } });
    // @ts-expect-error: no such mode
    p.with({ executionMode: "fail_later" });
    // @ts-expect-error: no such setting
    load.with({ settings: { dockr: {} } });
    load.with({ stepOperator: "docker" });
    // @ts-expect-error: a step operator goes by its name
    load.with({ stepOperator: true });
    // @ts-expect-error: a pipeline has none: each step has its own
    p.with({ stepOperator: "docker" });
    expect(p.name).toBe("p");
  });
});

test("a step without outputs in a pipeline can be waited for", () => {
  const built = pipeline({
    name: "p",
    define: () => {
      const first = notify();
      notify.with({ after: first })();
    },
  });
  expect(built.name).toBe("p");
});
