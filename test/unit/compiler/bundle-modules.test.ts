import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { BundleError } from "../../../src/compiler/bundle-errors.ts";
import { bundleModules } from "../../../src/compiler/bundle-modules.ts";
import type { HostBundle } from "../../../src/compiler/host-bundle.ts";
import { mapStack } from "../../../src/compiler/map-stack.ts";
import { type Files, Project, packageFiles } from "./bundle-project.ts";

const host = (project: Project, ...entries: string[]): Promise<HostBundle> =>
  bundleModules({
    entries: entries.map((entry) => project.path(entry)),
    projectRoot: project.root,
    outDir: project.path(".out/host"),
  });

/** Beside them lies zod, which all share. */
const emittedDirectories = async (project: Project): Promise<string[]> =>
  (await readdir(project.path(".out/host"))).filter((name) => name !== "node_modules");

/** What plain Node prints for `code`, in which `at("src/x.ts")` is the URL to import in that source's place. */
async function underNode(project: Project, bundle: HostBundle, code: string): Promise<unknown> {
  const urls = Object.fromEntries(
    [...bundle.modules].map(([emitted, source]) => [source, pathToFileURL(emitted).href]),
  );
  const program = `const urls = ${JSON.stringify(urls)};
    const at = (file) => urls[${JSON.stringify(project.root)} + "/" + file];
    const print = (value) => console.log(JSON.stringify(value));
    ${code}`;
  await project.write({ "program.mjs": program });
  const { stdout } = await promisify(execFile)(process.execPath, [project.path("program.mjs")]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}

const FILES: Files = {
  "src/pipeline.ts": `import { pipeline } from "stepdock";
    import { train } from "./barrel.ts";
    export const weather = pipeline({ name: "weather", define: () => train });
    export { train };`,
  "src/barrel.ts": `export * from "./steps.ts";\n`,
  "src/steps.ts": `import { step } from "stepdock";
    import type { Missing } from "not-installed";
    import * as z from "zod";
    import { unused } from "./helper.ts";
    export let count = unused - 1;
    export const bump = () => ++count;
    export const train = step({ name: "train", retry: { maxRetries: 2 }, inputs: { x: z.number() }, run: () => 1 });
    export const other = train.with({ id: "other" });
    export default class Named {}
    export type T = Missing;`,
  "src/helper.ts": "export const unused = 1;\nexport const reached = () => 2;\n",
};

describe("the host's bundle", () => {
  it("holds every user module with all its exports", async () => {
    await using project = await Project.create(FILES);
    const bundle = await host(project, "src/pipeline.ts");
    expect([...bundle.modules.values()].sort()).toEqual(
      Object.keys(FILES)
        .map((f) => project.path(f))
        .sort(),
    );
    const names = await underNode(
      project,
      bundle,
      `print(await Promise.all(
      ["src/pipeline.ts", "src/barrel.ts", "src/steps.ts", "src/helper.ts"].map(async (f) => Object.keys(await import(at(f))))));`,
    );
    const steps = ["bump", "count", "default", "other", "train"];
    expect(names).toEqual([
      ["train", "weather"],
      steps.filter((n) => n !== "default"),
      steps,
      ["reached", "unused"],
    ]);
  });

  it("shares instances between its modules, and packages with the program that imports it", async () => {
    await using project = await Project.create(FILES);
    const bundle = await host(project, "src/pipeline.ts");
    const shared = await underNode(
      project,
      bundle,
      `
      import * as z from "zod";
      const pipeline = await import(at("src/pipeline.ts"));
      const steps = await import(at("src/steps.ts"));
      steps.bump();
      const retry = steps.train.definition.retry;
      print([pipeline.train === steps.train, steps.count, steps.train.definition.inputs.x instanceof z.ZodNumber, retry]);`,
    );
    expect(shared).toEqual([true, 1, true, { maxRetries: 2 }]);
  });

  it("evaluates modules and packages in the order of their imports", async () => {
    const log = (name: string) => `(globalThis.order ??= []).push("${name}");\n`;
    await using project = await Project.create({
      "src/main.ts": `import { b } from "./b.ts";\nimport "effect";\nimport { a } from "./a.ts";\nexport const ab = [a, b];`,
      "src/a.ts": `${log("a")}export const a = 1;`,
      "src/b.ts": `${log("b")}await Promise.resolve();\nexport const b = 1;`,
      ...packageFiles("effect", { sideEffects: false }, { "index.js": log("effect") }),
    });
    const order = `await import(at("src/main.ts")); print(globalThis.order);`;
    expect(await underNode(project, await host(project, "src/main.ts"), order)).toEqual(["b", "effect", "a"]);
  });

  it("answers import.meta with the source's place, and main with false", async () => {
    await using project = await Project.create({
      "src/main.ts":
        "export const m = [import.meta.url, import.meta.dirname, import.meta.filename, import.meta.main];",
    });
    const bundle = await host(project, "src/main.ts");
    const source = project.path("src/main.ts");
    expect(await underNode(project, bundle, `print((await import(at("src/main.ts"))).m);`)).toEqual([
      pathToFileURL(source).href,
      project.path("src"),
      source,
      false,
    ]);
  });

  it("has JSON as an object, and CSV and text as strings, a package's too", async () => {
    await using project = await Project.create({
      "src/main.ts": `import config, { depth } from "./config.json" with { type: "json" };
        import rows from "./rows.csv";
        import { big } from "data/big.json";
        const late = await import("./late.txt", { with: { type: "text" } });
        export const all = [config, depth, rows, big, late.default];`,
      "src/config.json": `{ "depth": 3, "default": 1, "not-a-name": [1] }`,
      "src/rows.csv": "a,b\n1,2\n",
      "src/late.txt": "late",
      ...packageFiles("data", {}, { "big.json": `{ "big": 4 }` }),
    });
    const bundle = await host(project, "src/main.ts");
    const config = { depth: 3, default: 1, "not-a-name": [1] };
    const all = await underNode(project, bundle, `print((await import(at("src/main.ts"))).all);`);
    expect(all).toEqual([config, 3, "a,b\n1,2\n", 4, "late"]);
  });

  it("takes modules from outside of the project, and CommonJS from where it lies", async () => {
    await using outside = await Project.create({ "lib/lib.ts": "export const lib: number = 1;" });
    await using project = await Project.create({
      "src/main.ts": `import { lib } from "${outside.path("lib/lib.ts")}";\nimport old from "./old.cjs";\nexport const all = [lib, old];`,
      "src/old.cjs": "module.exports = __filename.slice(-7);",
    });
    const bundle = await host(project, "src/main.ts");
    expect(bundle.emittedFor(outside.path("lib/lib.ts"))).toContain(project.path(".out/host"));
    expect(await underNode(project, bundle, `print((await import(at("src/main.ts"))).all);`)).toEqual([
      1,
      "old.cjs",
    ]);
  });

  it("lies at the same paths while the sources are the same, and elsewhere when they are not", async () => {
    await using project = await Project.create(FILES);
    const paths = async () => [...(await host(project, "src/pipeline.ts")).modules.keys()];
    const before = await paths();
    expect((await Promise.all([paths(), paths()])).flat()).toEqual([...before, ...before]);
    await project.write({ "src/helper.ts": `// moved\n${FILES["src/helper.ts"]}` });
    expect((await paths()).filter((path) => before.includes(path))).toEqual([]);
    expect(await emittedDirectories(project)).toHaveLength(2);
  });

  it("is written once where several write it at a time", async () => {
    await using project = await Project.create(FILES);
    const bundles = await Promise.all([1, 2, 3, 4].map(() => host(project, "src/pipeline.ts")));
    expect(new Set(bundles.map((b) => b.emittedFor(project.path("src/steps.ts")))).size).toBe(1);
    expect(await emittedDirectories(project)).toHaveLength(1);
  });

  it("maps positions and stacks to the sources", async () => {
    await using project = await Project.create({
      "src/main.ts": `type Gone = {\n  a: number;\n};\n\nexport const fail = (): Gone => {\n  throw new Error("x");\n};\n`,
    });
    const bundle = await host(project, "src/main.ts");
    const emitted = bundle.emittedFor(project.path("src/main.ts")) ?? "";
    const stack = (await underNode(
      project,
      bundle,
      `
      const { fail } = await import(at("src/main.ts"));
      try { fail(); } catch (error) { print(error.stack); }`,
    )) as string;
    const [, line, column] = /main\.ts\.mjs:(\d+):(\d+)/.exec(stack) ?? [];
    const place = { file: project.path("src/main.ts"), line: 6, column: 9 };
    expect(bundle.mapPosition(emitted, Number(line), Number(column))).toEqual(place);
    expect(mapStack(stack, bundle.mappedFile)).toContain(`(${place.file}:6:9)`);
    expect(bundle.mapPosition(project.path("program.mjs"), 1, 1)).toBeUndefined();
    expect(bundle.emittedFor(project.path("src/unknown.ts"))).toBeUndefined();
  });
});

describe("modules that cannot be bundled for the host", () => {
  const FAULTS: Readonly<Record<string, readonly [Files, string, RegExp]>> = {
    "a syntax error": [
      { "src/a.ts": "export const a = 1;\nconst = ;" },
      "src/a.ts:2:7",
      /Correct the syntax/,
    ],
    "a missing file": [
      { "src/a.ts": `type T = 1;\n  export * from "./gone.ts";` },
      "src/a.ts:2:17",
      /Create that file/,
    ],
    "a missing package": [
      { "src/a.ts": `import { x } from 'gone';\nx();` },
      "src/a.ts:1:19",
      /npm install gone/,
    ],
  };

  it.each(Object.entries(FAULTS))("name the place of %s", async (_fault, [files, place, wayOut]) => {
    await using project = await Project.create({ "src/main.ts": `export * from "./a.ts";`, ...files });
    const error = await host(project, "src/main.ts").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BundleError);
    const { message, place: found } = error as BundleError;
    expect(`${found?.file}:${found?.line}:${found?.column}`).toBe(place);
    expect(message).toMatch(wayOut);
  });

  it("name the file of a fault in JSON", async () => {
    await using project = await Project.create({ "src/main.ts": `import "./a.json";`, "src/a.json": "{" });
    await expect(host(project, "src/main.ts")).rejects.toThrow(/Cannot bundle .*src\/a\.json: /);
  });
});

it("names what static imports reach, each module after those that it imports", async () => {
  await using project = await Project.create({
    "src/main.ts": `import { a } from "./a.ts"; import { b } from "./b.ts"; export const all = () => [a, b, import("./later.ts")];`,
    "src/a.ts": `import { b } from "./b.ts"; export const a = b;`,
    "src/b.ts": `export const b = 1;`,
    "src/later.ts": `export const later = 1;`,
  });
  const { sources } = await host(project, "src/main.ts");
  expect(sources).toEqual(["src/b.ts", "src/a.ts", "src/main.ts"].map((file) => project.path(file)));
});
