import { describe, expect, test } from "vitest";
import * as z from "zod";
import { pipeline, step } from "../../../src/index.ts";
import * as sample from "../../fixtures/sample-steps.ts";
import { compiled, defining, failure } from "./compile-sample.ts";

const { load, sum, report } = sample;

describe("a compiled pipeline", () => {
  const weather = pipeline({
    name: "weather",
    parameters: { city: z.string().default("seattle"), when: z.date().optional() },
    settings: { resources: { cpuCount: 1 }, docker: { environment: { A: "1", B: "1" } } },
    environment: { TZ: "UTC", LANG: "C" },
    define: ({ city }) => {
      const { days } = load({ city });
      const first = sum({ days });
      const second = sum.with({
        id: "again",
        settings: { resources: { memory: "1GB" }, docker: { environment: { B: "2" } } },
        environment: { TZ: "CET" },
        retry: { maxRetries: 2 },
      })({ days, start: 5 });
      report.with({ after: first })();
      return { first, second };
    },
  });

  test("has its invocations in the order of definition, with upstreams from inputs and `after`", async () => {
    const { invocations } = await compiled(weather);
    expect(Object.keys(invocations)).toEqual(["load", "sum", "again", "report"]);
    expect(Object.values(invocations).map(({ upstreams }) => upstreams)).toEqual([
      [],
      ["load"],
      ["load"],
      ["sum"],
    ]);
  });

  test("has literals parsed and encoded, defaults filled in", async () => {
    const { invocations, parameters } = await compiled(weather, { city: { value: "oslo" } });
    expect(invocations.load?.inputs).toEqual({ city: { kind: "parameter", value: "oslo" } });
    expect(invocations.sum?.inputs).toEqual({
      days: { kind: "artifact", invocation: "load", output: "days" },
      start: { kind: "parameter", value: 0 },
    });
    expect(parameters).toEqual({ city: "oslo" });
  });

  test("has settings merged from pipeline, step and invocation", async () => {
    const { invocations } = await compiled(weather);
    expect(invocations.again).toMatchObject({
      settings: { resources: { cpuCount: 1, memory: "1GB" }, docker: { environment: { A: "1", B: "2" } } },
      environment: { TZ: "CET", LANG: "C" },
      retry: { maxRetries: 2 },
    });
  });

  test("has the names of all secrets of pipeline, step and invocation", async () => {
    const made = pipeline({
      ...{ name: "p", secrets: ["TOKEN", "KEY"], secretsAs: "environment" },
      define: () => {
        const { days } = load.with({ secrets: ["KEY", "OTHER"], secretsAs: "default" })({ city: "x" });
        sum({ days });
      },
    });
    const { invocations } = await compiled(made.with({ secrets: ["MORE"] }));
    expect(invocations.load).toMatchObject({
      secrets: ["TOKEN", "KEY", "MORE", "OTHER"],
      secretsAs: "default",
    });
    expect(invocations.sum).toMatchObject({ secrets: ["TOKEN", "KEY", "MORE"], secretsAs: "environment" });
    expect((await compiled(weather)).invocations.load).not.toHaveProperty("secrets");
  });

  test.each([
    [["API-KEY"], /invocation "load" has an option that cannot be used: .*secrets.*the name of a variable/],
    [["ZENML_KEY"], /a name that does not begin with STEPDOCK_ or ZENML_/],
    ["KEY", /secrets/],
  ])("is refused with the secrets %j", async (secrets, message) => {
    const options = { secrets } as Parameters<typeof load.with>[0];
    expect(await failure(defining(() => void load.with(options)({ city: "x" })))).toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  test("is refused where a secret is in the environment in the clear, too", async () => {
    const made = pipeline({
      ...{ name: "p", environment: { KEY: "hunter2" } },
      define: () => void load.with({ secrets: ["KEY"] })({ city: "x" }),
    });
    const { message } = await failure(made);
    expect(message).toMatch(/has "KEY" in its `secrets` and, in the clear, in its `environment`/);
    expect(message).not.toContain("hunter2");
  });

  test("names sources from the project root, and the outputs it returns", async () => {
    const snapshot = await compiled(weather);
    expect(snapshot.invocations.again?.source).toBe("sample-steps.ts#sum");
    expect(snapshot.outputs).toEqual({
      first: { invocation: "sum", output: "output" },
      second: { invocation: "again", output: "output" },
    });
  });

  test("is frozen to its leaves and survives JSON", async () => {
    const snapshot = await compiled(weather);
    expect(Object.isFrozen(snapshot.invocations.load?.inputs)).toBe(true);
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  test("has one code hash for a step however often it is called", async () => {
    const { invocations } = await compiled(weather);
    expect(invocations.sum?.codeHash).toBe(invocations.again?.codeHash);
    expect(invocations.sum?.codeHash).not.toBe(invocations.load?.codeHash);
  });

  test("numbers further invocations of a step", async () => {
    const { invocations } = await compiled(
      defining(() => {
        for (const city of ["a", "b", "c"]) load({ city });
      }),
    );
    expect(Object.keys(invocations)).toEqual(["load", "load_2", "load_3"]);
  });

  test("takes text for parameters as JSON where the schema accepts that, else as text", async () => {
    const made = pipeline({
      name: "p",
      parameters: { n: z.number(), s: z.string(), flag: z.boolean(), list: z.array(z.int()) },
      define: () => void report(),
    });
    const text = { n: { text: "3" }, s: { text: "3" }, flag: { text: "true" }, list: { text: "[1,2]" } };
    expect((await compiled(made, text)).parameters).toEqual({ n: 3, s: "3", flag: true, list: [1, 2] });
  });
});

describe("a pipeline that cannot be compiled", () => {
  const untyped = (step: unknown) => step as (args?: unknown) => never;
  const rows: [string, unknown, string, RegExp][] = [
    ["calls no step", defining(() => {}), "pipeline_invalid", /"p" calls no step/],
    [
      "is async",
      pipeline({ name: "p", define: (async () => void report()) as never }),
      "pipeline_invalid",
      /async/,
    ],
    ["has a bad name", pipeline({ name: "a b", define: () => void report() }), "pipeline_invalid", /"a b"/],
    [
      "has a cycle",
      defining(() => {
        report.with({ id: "a", after: "b" })();
        report.with({ id: "b", after: "a" })();
      }),
      "cyclic_graph",
      /a → b → a|b → a → b/,
    ],
    [
      "has two invocations of one id",
      defining(() => {
        report.with({ id: "a" })();
        report.with({ id: "a" })();
      }),
      "duplicate_invocation",
      /"p" has two invocations with the id "a"/,
    ],
    [
      "comes after nothing",
      defining(() => void report.with({ after: "lod" })()),
      "pipeline_invalid",
      /"lod"/,
    ],
    [
      "wires the wrong type",
      defining(() => untyped(sum)({ days: load({ city: "x" }).label })),
      "wiring_invalid",
      /"p", invocation "sum", input "days": it takes array of number, .* "label" of "load", which is string/,
    ],
    [
      "misses an input",
      defining(() => untyped(load)({})),
      "wiring_invalid",
      /input "city".*nothing was given/,
    ],
    [
      "names an unknown input",
      defining(() => untyped(load)({ city: "x", citi: "y" })),
      "wiring_invalid",
      /"citi": .*Did you mean "city"/,
    ],
    [
      "gives a literal of the wrong type",
      defining(() => untyped(load)({ city: 3 })),
      "wiring_invalid",
      /number 3/,
    ],
    [
      "has a step that is not exported",
      defining(() => void step({ name: "hidden", run: () => {} })()),
      "step_not_exported",
      /"hidden".*export const hidden = step/,
    ],
    [
      "has an unknown setting",
      pipeline({ name: "p", settings: { dockr: {} } as never, define: () => void report() }),
      "settings_invalid",
      /dockr/,
    ],
    [
      "returns what is no output",
      pipeline({ name: "p", define: (() => ({ x: 3 })) as never }),
      "pipeline_invalid",
      /./,
    ],
  ];
  test.each(rows)("since it %s", async (_, made, code, message) => {
    const error = await failure(made);
    expect(error).toHaveProperty("code", code);
    expect(error.message).toMatch(message);
  });

  test("for an unknown parameter, with the known ones and the nearest", async () => {
    const made = pipeline({
      name: "p",
      parameters: { epochs: z.int().default(1) },
      define: () => void report(),
    });
    const error = await failure(made, { epoch: { text: "3" } });
    expect(error).toHaveProperty("code", "parameter_invalid");
    expect(error.message).toMatch(/"p" has no parameter "epoch".*epochs.*Did you mean "epochs"/);
  });

  test("for a parameter of the wrong type, with what it takes and what it got", async () => {
    const made = pipeline({ name: "p", parameters: { epochs: z.int() }, define: () => void report() });
    expect((await failure(made, { epochs: { text: "many" } })).message).toMatch(
      /"epochs" of pipeline "p" cannot be "many": it takes number/,
    );
    expect((await failure(made)).message).toMatch(/"epochs".*is required.*--param epochs=/);
  });
});

test("a step that is called outside a pipeline is an error with the way out", () => {
  expect(() => load({ city: "x" })).toThrow(/outside a pipeline.*load\.run/);
});

test("a step's function can be called directly, inputs and outputs parsed", async () => {
  expect(await sum.run({ days: [1, 2] })).toBe(3);
  await expect(sum.run({ days: ["1"] as never })).rejects.toThrow();
});
