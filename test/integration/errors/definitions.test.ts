import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ErrorProject, errorProject, IMPORTS, onlyMessage, placeOf } from "./support.ts";

/** An untyped caller: everything that the compiler would refuse. */
const SOURCE = `${IMPORTS}
const hidden = step({ name: "hidden_one", run: () => {} });
export const load = step({ name: "load", outputs: { count: z.number() }, run: () => ({ count: 1 }) });
export const show = step({ name: "show", inputs: { text: z.string(), times: z.number().default(1) }, run: () => {} });
export const keep = step({ name: "keep", inputs: { value: z.any() }, run: () => {} });
export const a = step({ name: "a", run: () => {} });
export const b = step({ name: "b", run: () => {} });
const late = () => new Promise((resolve) => setTimeout(resolve, 10));

export const cycle = pipeline({ name: "cycle", define: () => {
  a.with({ after: "last" })();
  b.with({ after: "a" })();
  a.with({ id: "last", after: "b" })();
} });
export const itself = pipeline({ name: "itself", define: () => { a.with({ after: "a" })(); } });
export const twice = pipeline({ name: "twice", define: () => { a.with({ id: "x" })(); b.with({ id: "x" })(); } });
export const after_nothing = pipeline({ name: "after_nothing", define: () => { a(); b.with({ after: "laod" })(); load(); } });
export const not_exported = pipeline({ name: "not_exported", define: () => { hidden(); } });
export const no_step = pipeline({ name: "no_step", define: () => {} });
export const is_async = pipeline({ name: "is_async", define: (async () => { a(); }) });
export const awaits = pipeline({ name: "awaits", define: (async () => { await late(); a(); }) });
export const throwing = pipeline({ name: "throwing", define: () => { a(); throw new Error("bad luck"); } });
export const wrong_type = pipeline({ name: "wrong_type", define: () => { show({ text: load().count }); } });
export const wrong_literal = pipeline({ name: "wrong_literal", define: () => { show({ text: 3 }); } });
export const wrong_name = pipeline({ name: "wrong_name", define: () => { show({ text: "x", tims: 2 }); } });
export const left_out = pipeline({ name: "left_out", define: () => { show(); } });
export const all_outputs = pipeline({ name: "all_outputs", define: () => { show({ text: load() }); } });
export const bare = pipeline({ name: "bare", define: () => { show("hello"); } });
export const as_value = pipeline({ name: "as_value", define: () => { show({ text: "count: " + load().count }); } });
export const unencodable = pipeline({ name: "unencodable", define: () => { keep({ value: { by: () => 1 } }); } });
export const returns = pipeline({ name: "returns", define: () => { a(); return { loss: 3 }; } });
export const setting = pipeline({ name: "setting", define: () => { a.with({ settings: { resources: { memry: "1GB" } } })(); } });
export const docker_setting = pipeline({ name: "docker_setting", settings: { docker: { parentimage: "x" } }, define: () => { a(); } });
export const amount = pipeline({ name: "amount", define: () => { a.with({ settings: { resources: { memory: "64 megs" } } })(); } });
export const step_option = pipeline({ name: "step_option", define: () => { a.with({ setings: {} })(); } });
export const option = pipeline({ name: "option", enabelCache: false, define: () => { a(); } });
export const named_badly = pipeline({ name: "named badly", define: () => { a(); } });
export const fine = pipeline({ name: "fine", define: () => { a(); } });
export const on_stack = pipeline({ name: "on_stack", stack: "local_dokcer", define: () => { a(); } });
export const parameters = pipeline({ name: "parameters",
  parameters: { city: z.string(), days: z.int().default(3), mode: z.enum(["fast", "slow"]).default("fast") },
  define: () => { a(); } });
`;

let project: ErrorProject;

beforeAll(async () => {
  project = await errorProject({ "pipeline.ts": SOURCE });
});
afterAll(() => project[Symbol.asyncDispose]());

const refusal = async (...args: string[]): Promise<string> => {
  const result = await project.stepdock(["run", "pipeline.ts", ...args]);
  expect(result).toMatchObject({ status: 2, stdout: "" });
  return onlyMessage(result);
};

describe("a graph that cannot be run", () => {
  const REMOVE = "Each waits for the one before it, so none can start: remove one of these dependencies.";

  test("has a cycle: it is shown", async () => {
    const message = await refusal("cycle");
    expect(message).toMatch(/^Pipeline "cycle" has a cycle: (\w+) → \w+ → \w+ → \1\. /);
    expect(message.endsWith(REMOVE)).toBe(true);
  });

  test.each([
    ["itself", `Pipeline "itself" has a cycle: a → a. ${REMOVE}`],
    [
      "twice",
      'Pipeline "twice" has two invocations with the id "x". Give one of them another id: `step.with({ id: … })`.',
    ],
    [
      "after_nothing",
      'Pipeline "after_nothing", invocation "b" comes after "laod", which is no invocation of this pipeline. ' +
        'It has: a, b, load. Did you mean "load"?',
    ],
    [
      "no_step",
      'Pipeline "no_step" calls no step, so there is nothing to run. Call at least one in its `define`.',
    ],
  ])("%s", async (name, expected) => {
    expect(await refusal(name)).toBe(expected);
  });
});

test("a step that is not exported is told where it is defined and how to export it", async () => {
  const place = `${project.path("pipeline.ts")}:${placeOf(SOURCE, 'step({ name: "hidden_one"').split(":")[0]}`;
  expect(await refusal("not_exported")).toBe(
    `Step "hidden_one" (defined at ${place}) is not an export of its module, so its container cannot load it. ` +
      "Write `export const hiddenOne = step({ … })` at the top level of that module.",
  );
});

test.each(["is_async", "awaits"])("a `define` that is async is refused: %s", async (name) => {
  expect(await refusal(name)).toBe(
    `The \`define\` of pipeline "${name}" is async. It only wires steps and must return at once; ` +
      "put what has to be awaited into a step.",
  );
});

test("a `define` that throws is shown with the place in its source", async () => {
  const place = `${project.path("pipeline.ts")}:${placeOf(SOURCE, 'new Error("bad luck")')}`;
  const [message, ...frames] = (await refusal("throwing")).split("\n");
  expect(message).toBe('The `define` of pipeline "throwing" threw Error: bad luck');
  expect(frames).toEqual([expect.stringContaining(place)]);
});

test.each([
  [
    "wrong_type",
    "show",
    "text",
    'it takes string, but is wired to output "count" of "load", which is number.',
  ],
  [
    "wrong_literal",
    "show",
    "text",
    "it takes string, but it was given number 3 (expected string, received number).",
  ],
  ["wrong_name", "show", "tims", 'step "show" has no such input; it has: text, times. Did you mean "times"?'],
  ["left_out", "show", "text", "it takes string, but nothing was given, or undefined."],
  [
    "all_outputs",
    "show",
    "text",
    'it takes string, but it was given all outputs of "load" as one: take one of them by its name, count ' +
      "(expected string, received object).",
  ],
  [
    "unencodable",
    "keep",
    "value",
    "$.by is a function, which cannot be stored. " +
      "Use plain data: objects, arrays, texts, numbers, dates, maps, sets or bytes.",
  ],
])("wrong wiring names pipeline, invocation, input and both types: %s", async (name, id, input, what) => {
  expect(await refusal(name)).toBe(`Pipeline "${name}", invocation "${id}", input "${input}": ${what}`);
});

test.each([
  [
    "bare",
    'Pipeline "bare", invocation "show": a step takes its inputs by name, such as show({ input: … }), but got string.',
  ],
  [
    "as_value",
    'Output "count" of "load" has no value while the pipeline is wired, so nothing can be computed from it there. ' +
      "Give it to a step as an input, and compute in that step.",
  ],
  [
    "returns",
    'The `define` of pipeline "returns" returned "loss", which is no output of a step. ' +
      "Return outputs by name, such as { loss }.",
  ],
])("wiring that is none is told as such: %s", async (name, expected) => {
  expect(await refusal(name)).toBe(expected);
});

test.each<[string, string | RegExp]>([
  [
    "setting",
    'Pipeline "setting", invocation "a" has no option "settings.resources.memry". There are: cpuCount, memory, gpuCount. ' +
      'Did you mean "memory"?',
  ],
  [
    "docker_setting",
    'Pipeline "docker_setting" has no option "settings.docker.parentimage". There are: parentImage, dockerfile, ' +
      "buildContextRoot, dockerignore, buildOptions, aptPackages, npmPackages, copyFiles, environment, user, platform, " +
      'skipBuild, preventBuildReuse, buildNetwork. Did you mean "parentImage"?',
  ],
  [
    "amount",
    'Pipeline "amount", invocation "a" has an option that cannot be used: at settings.resources.memory: ' +
      "must be a number and a unit, such as 512MB or 2GiB.",
  ],
  [
    "step_option",
    /^Pipeline "step_option", invocation "a" has no option "setings"\. There are: .*retry, .*\. Did you mean "settings"\?$/,
  ],
  [
    "option",
    /^Pipeline "option" has no option "enabelCache"\. There are: .*stack.*\. Did you mean "enableCache"\?$/,
  ],
  [
    "named_badly",
    'The pipeline name "named badly" cannot be used: a name has letters, digits, "_" and "-", begins with a letter, ' +
      "and is at most 100 characters long.",
  ],
])("an option that cannot be used is named with its path: %s", async (name, expected) => {
  expect(await refusal(name)).toEqual(
    expected instanceof RegExp ? expect.stringMatching(expected) : expected,
  );
});

test.each([
  ["the pipeline", ["on_stack"], "local_dokcer", "local_docker"],
  ["the command line", ["fine", "--stack", "lokal"], "lokal", "local"],
])("an unknown stack that %s asks for is told with those that there are", async (_, args, asked, nearest) => {
  expect(await refusal(...args)).toBe(
    `There is no stack "${asked}". There are: local_docker, local, local_package. Did you mean "${nearest}"?`,
  );
});

describe("a parameter", () => {
  test.each([
    [
      ["--param", "city=x", "--param", "dys=3"],
      'Pipeline "parameters" has no parameter "dys". It has: city, days, mode. Did you mean "days"?',
    ],
    [
      [],
      'Parameter "city" of pipeline "parameters" is required: it takes string. Give it as --param city=….',
    ],
    [
      ["--param", "city=x", "--param", "days=many"],
      'Parameter "days" of pipeline "parameters" cannot be "many": it takes number (expected number, received string). ' +
        "Give it as --param days=….",
    ],
    [
      ["--param", "city=x", "--param", "mode=medium"],
      'Parameter "mode" of pipeline "parameters" cannot be "medium": it takes string (expected one of "fast"|"slow"). ' +
        "Give it as --param mode=….",
    ],
    [
      ["--param", "city"],
      "option '--param <name=value>' argument 'city' is invalid. Write it as name=value, for instance --param epochs=3.",
    ],
  ])("that cannot be used is named: %j", async (args, expected) => {
    expect(await refusal("parameters", ...args)).toBe(expected);
  });
});

test("an option of the command line that there is not is told with the nearest", async () => {
  expect(await refusal("parameters", "--parm", "city=x")).toMatch(
    /^unknown option '--parm'\n\(Did you mean --param\?\)$/,
  );
});

test("nothing of it was recorded as a run, and earlier runs are still there", async () => {
  expect(await project.runs()).toHaveLength(1);
  await project.expectNothingLost();
});
