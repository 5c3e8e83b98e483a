import { describe, expect, test } from "vitest";
import { compile } from "../../../src/compiler/compile.ts";
import { locateHook } from "../../../src/compiler/locate-hook.ts";
import type { LoadedModules } from "../../../src/compiler/locate-step.ts";
import { type PipelineOptions, pipeline, step } from "../../../src/index.ts";
import { bundlesOfSnapshot } from "../../../src/model/index.ts";
import type { Pipeline } from "../../../src/pipeline/pipeline.ts";
import * as hooks from "../../fixtures/sample-hooks.ts";
import * as sample from "../../fixtures/sample-steps.ts";

const projectRoot = new URL("../../fixtures", import.meta.url).pathname;
const fixture = (name: string) => `${projectRoot}/${name}`;

const files: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [fixture("sample-steps.ts")]: sample,
  [fixture("sample-hooks.ts")]: hooks,
};

/** The modules as vitest has loaded them: what the bundler gives elsewhere. */
const modules: LoadedModules = {
  sourceOf: (path, line, column) => (path in files ? { file: path, line, column } : undefined),
  sources: Object.keys(files),
  exportsOf: async (source) => files[source] ?? {},
};

const compiled = (options: PipelineOptions) =>
  compile(pipeline({ name: "p", ...options, define: () => void sample.report() }) as unknown as Pipeline, {
    ...{ parameters: {}, projectRoot, modules: async () => modules, createdAt: "2026-11-21T00:00:00.000Z" },
  });

const failure = (options: PipelineOptions): Promise<Error> =>
  compiled(options).then(
    () => expect.unreachable("it compiled"),
    (error) => error,
  );

const code = (source: string) => ({ source, codeHash: expect.stringMatching(/^[0-9a-f]{64}$/) });

describe("Hooks of a pipeline", () => {
  test("are those of its steps and of its run, each with a bundle", async () => {
    const { snapshot, bundles } = await compiled({
      ...{ onStart: hooks.started, onFailure: hooks.notify, onInit: hooks.begin, onCleanup: hooks.tidy },
    });
    expect(snapshot.invocations.report?.hooks).toEqual({
      onStart: code("sample-hooks.ts#started"),
      onFailure: code("sample-hooks.ts#notify"),
    });
    expect(snapshot.hooks).toEqual({
      onInit: code("sample-hooks.ts#begin"),
      onCleanup: code("sample-hooks.ts#tidy"),
    });
    expect(new Set(bundles.keys())).toEqual(new Set(bundlesOfSnapshot(snapshot)));
    expect(bundles.size).toBe(5);
  });

  test("are no part of any step's code", async () => {
    const [bare, hooked] = await Promise.all([compiled({}), compiled({ onStart: hooks.started })]);
    expect(hooked.snapshot.invocations.report?.codeHash).toBe(bare.snapshot.invocations.report?.codeHash);
    expect(bare.snapshot.invocations.report).not.toHaveProperty("hooks");
  });

  test("that are no export are refused by their name", async () => {
    expect(await failure({ onFailure: () => {} })).toMatchObject({
      ...{ code: "hook_not_exported", pipelineName: "p", hook: "onFailure" },
      message: expect.stringContaining("export const notify"),
    });
  });

  test("that only have the name of an export are refused", async () => {
    const notify = () => {};
    expect(await failure({ onFailure: notify })).toMatchObject({ code: "hook_not_exported" });
  });

  test("that are no functions are refused", async () => {
    expect(await failure({ onInit: "begin" as never })).toMatchObject({
      code: "settings_invalid",
      message: 'Pipeline "p" has an option that cannot be used: at onInit: must be a function.',
    });
  });
});

describe("Hooks of a step", () => {
  const own = { name: "report", run: () => {}, onStart: () => {}, onEnd: () => {} };

  /** As if the module had exported this step instead. */
  const withStep = async (made: unknown, options: PipelineOptions) => {
    const call = made as () => void;
    const exports = { ...sample, report: made };
    const loaded: LoadedModules = {
      ...modules,
      sourceOf: (path, line, column) =>
        path.endsWith("hooks.test.ts") ? { file: fixture("sample-steps.ts"), line, column } : undefined,
      exportsOf: async (source) => (source.endsWith("sample-steps.ts") ? exports : (files[source] ?? {})),
    };
    const built = pipeline({ name: "p", ...options, define: () => void call() });
    const { snapshot } = await compile(built as unknown as Pipeline, {
      ...{ parameters: {}, projectRoot, modules: async () => loaded, createdAt: "2026-11-21T00:00:00.000Z" },
    });
    return snapshot.invocations.report;
  };

  test("beat those of the pipeline, one by one", async () => {
    const report = await withStep(step(own), { onStart: hooks.started, onFailure: hooks.notify });
    expect(report?.hooks).toEqual({
      onStart: "own",
      onEnd: "own",
      onFailure: code("sample-hooks.ts#notify"),
    });
  });

  test("that are no functions are refused", async () => {
    const made = step({ ...own, onEnd: 3 as never });
    await expect(withStep(made, {})).rejects.toMatchObject({
      message: 'Step "report" has an option that cannot be used: at onEnd: must be a function.',
    });
  });
});

describe("Among copies of the modules", () => {
  const copies = (exports: Readonly<Record<string, Readonly<Record<string, unknown>>>>): LoadedModules => ({
    ...modules,
    areCopies: true,
    sources: Object.keys(exports),
    exportsOf: async (source) => exports[source] ?? expect.unreachable(source),
  });
  const hookOf = (body: string) => new Function(`return (${body})`)() as () => void;
  const named = (body: string) => Object.defineProperty(hookOf(body), "name", { value: "notify" });

  test("a hook is the export of its name, however its code is laid out", async () => {
    const loaded = copies({
      "a.ts": { other: named("() => 2"), notify: hookOf("function notify ( a ) { a() }") },
    });
    const found = await locateHook(hookOf("function notify(a) {\n  a();\n}"), loaded, new Set());
    expect(found).toMatchObject({ module: "a.ts", exportName: "notify" });
  });

  test("of several with its name it is the one with its code", async () => {
    const loaded = copies({
      "a.ts": { notify: named("() => 1") },
      "b.ts": { notify: named("() => { return 2; }") },
    });
    expect(await locateHook(named("()=>{return 2}"), loaded, new Set())).toMatchObject({ module: "b.ts" });
    expect(await locateHook(named("() => 3"), loaded, new Set())).toBeUndefined();
  });

  test("what only passes it on is not where it comes from", async () => {
    const notify = named("() => 1");
    const loaded = copies({ "a.ts": { notify }, "index.ts": { again: notify } });
    expect(await locateHook(named("() => 1"), loaded, new Set())).toMatchObject({ module: "a.ts" });
  });

  test("the program itself is evaluated only if no other module has it", async () => {
    const loaded = copies({ "a.ts": { notify: named("() => 1") } });
    const withProgram = { ...loaded, sources: ["a.ts", "program.ts"] };
    const found = await locateHook(named("() => 1"), withProgram, new Set(["program.ts"]));
    expect(found).toMatchObject({ module: "a.ts" });
  });
});
