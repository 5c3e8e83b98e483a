import { describe, expect, it } from "vitest";
import { mapStack } from "../../../src/compiler/map-stack.ts";
import { bundleOf, type Files, loadBundle, Project, packageFiles, stepWith } from "./bundle-project.ts";

/** Bundles and runs a step, and returns what it returns. */
async function outcome(files: Files, inputs: object = {}): Promise<unknown> {
  return await (await loadBundle(await bundleOf(files, "one"))).step(inputs);
}

describe("a step's bundle", () => {
  it("is one module that exports the step as `step`, whatever its export is called", async () => {
    const files = {
      "src/steps.ts": `import { step } from "stepdock";
        export default step({ name: "d", run: () => "default" });
        const other = step({ name: "o", run: () => "other" });
        export { other as "other step" };`,
    };
    for (const [name, expected] of [
      ["default", "default"],
      ["other step", "other"],
    ] as const) {
      const bundle = await bundleOf(files, name);
      expect(await (await loadBundle(bundle)).step({})).toBe(expected);
      expect(bundle.code).not.toContain(expected === "other" ? `"default"` : `"other"`);
    }
  });

  it("keeps neither orchestration-only properties nor what only they refer to", async () => {
    const bundle = await bundleOf(
      {
        "src/steps.ts": `import { step as make } from "stepdock";
          import * as sd from "stepdock";
          const big = { resources: { memory: "marker-a" } };
          const base = { settings: "kept-spread" };
          export const one = make({ name: "one", retry: { maxRetries: 1 }, run: () => 1, settings: big, ...base })
            .with({ id: "marker-b", timeout: 3, other: "kept-other" } as object);
          export const two = sd.step({ settings: big, name: "two", run: () => ({ settings: "kept-inner" }), });`,
      },
      "one",
    );
    expect((await loadBundle(bundle)).step.definition).toEqual({
      name: "one",
      settings: "kept-spread",
      run: expect.any(Function),
      other: "kept-other",
    });
    expect(bundle.code).not.toMatch(/marker|maxRetries|timeout/);
  });

  it("keeps the properties of what only looks like a step", async () => {
    const files = {
      "src/steps.ts": `import { step } from "stepdock";
        const local = { step: (o: object) => o };
        const made = local.step({ settings: 1 });
        const settings = 2;
        const nested = (step: (o: object) => object) => step({ settings: 3 });
        export const one = step({ name: "one", settings, run: () => [made, nested((o) => o)] });`,
    };
    expect(await outcome(files)).toEqual([{ settings: 1 }, { settings: 3 }]);
    expect((await loadBundle(await bundleOf(files, "one"))).step.definition).toHaveProperty("settings", 2);
  });

  it("leaves functions and classes their names, and destructured constants their values", async () => {
    const files = stepWith(
      `const arrow = () => 1, quoted = (function () {});
       const Made = class { static own = this.name; };
       class Base { static made = [this.name]; }
       export class Sub extends Base { static more = super.made.concat(this.name); }
       const { a: { b = 2, ...c }, ...d } = { a: { x: 1 }, y: 3 } as Record<string, any>, [e, , ...f] = "euro😀";
       const sum = ((1, 2)) as number;`,
      "() => [arrow.name, quoted.name, Made.own, new Sub() instanceof Base, Sub.more, b, c, d, e, f, sum]",
    );
    const expected = [
      "arrow",
      "quoted",
      "Made",
      true,
      ["Base", "Sub"],
      2,
      { x: 1 },
      { y: 3 },
      "e",
      ["r", "o", "😀"],
      2,
    ];
    expect(await outcome(files)).toEqual(expected);
  });

  it("evaluates modules with effects, and the packages between them, in the order of the source", async () => {
    const log = (name: string) => `(globalThis.order ??= []).push("${name}");\nexport const ${name} = 1;\n`;
    const files = {
      "src/steps.ts": `import { step } from "stepdock";
        import { z } from "./z.ts";
        import "effect";
        import { a } from "./a.ts";
        export const one = step({ name: "one", run: () => [a, z, globalThis.order] });`,
      "src/a.ts": log("a"),
      "src/z.ts": log("z"),
      ...packageFiles("effect", { sideEffects: false }, { "index.js": log("effect") }),
    };
    expect(await outcome(files)).toEqual([1, 1, ["z", "effect", "a"]]);
  });

  it("evaluates modules that import each other in the order of the source", async () => {
    const files = {
      ...stepWith(`import { z } from "./z.ts";\nimport { a, later } from "./a.ts";`, "() => [a, z, later()]"),
      "src/z.ts": `import { a } from "./a.ts";\nexport const z = a + 1;`,
      "src/a.ts": `import { z } from "./z.ts";\nexport const a = Number(1);\nexport const later = () => z;`,
    };
    expect(await outcome(files)).toEqual([1, 2, 2]);
  });

  it("holds what the step imports on demand", async () => {
    const files = {
      ...stepWith("", `async () => (await import("./late.ts")).late`),
      "src/late.ts": "export const late = 7;",
    };
    expect(await outcome(files)).toBe(7);
  });

  it("holds JSON as an object, and CSV and text as strings", async () => {
    const files = {
      ...stepWith(
        `import config, { depth } from "./config.json" with { type: "json" };
         import rows from "./rows.csv";
         import note from "./note.txt" with { type: "text" };`,
        "() => [config, depth, rows, note]",
      ),
      "src/config.json": `{ "depth": 3, "not-a-name": [1] }`,
      "src/rows.csv": "a,b\n1,2\n",
      "src/note.txt": "hello\n",
    };
    expect(await outcome(files)).toEqual([{ depth: 3, "not-a-name": [1] }, 3, "a,b\n1,2\n", "hello\n"]);
    const edited = { ...files, "src/rows.csv": "a,b\n1,3\n" };
    expect((await bundleOf(edited, "one")).codeHash).not.toBe((await bundleOf(files, "one")).codeHash);
  });

  it("follows the paths of the user's tsconfig", async () => {
    const files = {
      ...stepWith(`import { lib } from "@lib/lib";`, "() => lib"),
      "lib/lib.ts": "export const lib = 'lib';",
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }`,
    };
    const bundle = await bundleOf(files, "one");
    expect(await (await loadBundle(bundle)).step({})).toBe("lib");
    expect(bundle.modules).toEqual(["lib/lib.ts", "node_modules/stepdock", "src/steps.ts"]);
  });

  it("answers import.meta.main with false", async () => {
    expect(await outcome(stepWith("", "() => import.meta.main"))).toBe(false);
  });

  it("keeps a package's own statements where the step uses the package, unless the package says otherwise", async () => {
    const lib = "globalThis.seen = (globalThis.seen ?? 0) + 1;\nexport const lib = 1;\n";
    const files = stepWith(`import { lib } from "lib";`, "() => lib");
    const bundle = (manifest: object) =>
      bundleOf(
        {
          ...files,
          ...packageFiles("lib", manifest, {
            "index.js": `export * from "./lib.js";\nglobalThis.index = 1;`,
            "lib.js": lib,
          }),
        },
        "one",
      );
    expect((await bundle({})).code).toContain("globalThis.index");
    expect((await bundle({ sideEffects: false })).code).not.toContain("globalThis.index");
  });

  it("warns of code that asks for its own place, with file and line", async () => {
    const files: Files = {
      ...stepWith(
        `import { readFile } from "node:fs/promises";\nconst here = import.meta.dirname;`,
        `() => [here, readFile(new URL("./rows.csv", import.meta.url)), import.meta.filename]`,
      ),
      "src/other.ts": "export const elsewhere = import.meta.url;",
    };
    const { warnings } = await bundleOf(
      { ...files, "src/steps.ts": `export * from "./other.ts";\n${files["src/steps.ts"]}` },
      "one",
    );
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toMatch(/^src\/steps\.ts:4: import\.meta\.dirname is the place of the step's bundle/);
    expect(warnings[1]).toMatch(
      /^src\/steps\.ts:5: new URL\("\.\/rows\.csv", import\.meta\.url\) names a file/,
    );
    expect(warnings[2]).toMatch(/^src\/steps\.ts:5: import\.meta\.filename/);
  });
});

describe("the source map of a bundle", () => {
  it("lies apart, names sources relative to the project, and leads a stack back to them", async () => {
    await using project = await Project.create({
      ...stepWith(`import { fail } from "./fail.ts";\n// a comment\n`, "() => fail()"),
      "src/fail.ts": `type Gone = number;\n\nexport const fail = (): Gone => {\n  const é = "😀"; throw new Error(é);\n};\n`,
    });
    const bundle = await project.bundle("one");
    expect(bundle.code).not.toContain("sourceMappingURL");
    expect(JSON.parse(bundle.map)).toMatchObject({
      sources: ["node_modules/stepdock/index.js", "src/fail.ts", "src/steps.ts"],
    });
    await project.write({ "far/bundle.mjs": bundle.code });
    const { step } = await import(project.path("far/bundle.mjs"));
    const stack = mapStack(stackOf(step), (file) =>
      file === project.path("far/bundle.mjs") ? { map: bundle.map, root: project.root } : undefined,
    );
    expect(stack).toContain(`${project.path("src/fail.ts")}:4:25`);
    expect(stack).toContain(`${project.path("src/steps.ts")}:5:`);
  });
});

function stackOf(run: (inputs: object) => unknown): string {
  try {
    run({});
  } catch (error) {
    return (error as Error).stack ?? "";
  }
  throw new Error("it was to fail");
}
