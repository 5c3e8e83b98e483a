import { describe, expect, it } from "vitest";
import { bundleOf, type Files, loadBundle, Project, packageFiles } from "./bundle-project.ts";

const STEPS = `
import { step } from "stepdock";
import * as z from "zod";
import { clean } from "./clean.ts";
import { weigh } from "./weigh.ts";
import { predict } from "./predict.ts";
import { scale } from "./barrel.ts";

const limit: number = 10;

/** Trains. */
export const train = step({
  name: "train",
  inputs: { x: z.number() },
  retry: { maxRetries: 2 },
  run: ({ x }: { x: number }) => weigh(clean(x)) * scale + limit,
});

export const evaluate = step({
  name: "evaluate",
  run: ({ x }: { x: number }) => predict(x),
});
`;

const BASE: Files = {
  "src/steps.ts": STEPS,
  "src/clean.ts": `import { floor } from "./floor.ts";\nexport const clean = (x: number): number => floor(x);\nexport const unused = 1;\n`,
  "src/floor.ts":
    "function round(x: number) {\n  return x | 0;\n}\nexport function floor(x: number) {\n  return round(x);\n}\n",
  "src/weigh.ts": `import { floor } from "./floor.ts";\nexport const factor = Math.sqrt(4);\nexport function weigh(x: number) {\n  return floor(x) * factor;\n}\n`,
  "src/predict.ts":
    "function round(x: number) {\n  return x + 1;\n}\nexport function predict(x: number) {\n  return round(x);\n}\n",
  "src/scale.ts": "export const scale = Number(3);\n",
  "src/barrel.ts": `export { scale } from "./scale.ts";\nexport { predict } from "./predict.ts";\n`,
  ...packageFiles("side", {}, { "index.js": "globalThis.side = true;\nexport const left = 1, right = 2;\n" }),
  ...packageFiles("polyfill", { sideEffects: false }, { "index.js": "globalThis.polyfilled = true;\n" }),
};

const base = bundleOf(BASE, "train");

/** Edits of files; `[from, to]` replaces, a text is put at the end (or makes the file). */
type Edits = Readonly<Record<string, readonly [string, string] | string>>;

function edited(edits: Edits): Files {
  const files = { ...BASE };
  for (const [file, edit] of Object.entries(edits)) {
    const before = files[file] ?? "";
    const after = typeof edit === "string" ? before + edit : before.replace(edit[0], edit[1]);
    expect(after, `the edit of ${file} changes it`).not.toBe(before);
    files[file] = after;
  }
  return files;
}

/** Puts an import before all others, and a step that uses it, as types alone would need no import. */
const first = (statement: string, name: string): readonly [string, string] => [
  "\nimport",
  `\n${statement}\nexport const with_${name} = step({ name: "with_${name}", run: () => ${name} });\nimport`,
];

const SAME: Readonly<Record<string, Edits>> = {
  "a neighbour step": { "src/steps.ts": ["predict(x),", "predict(x) + 100,"] },
  "a neighbour's helper": { "src/predict.ts": ["x + 1", "x + 2"] },
  "a comment": { "src/steps.ts": ["/** Trains. */", "/*! @license kept? */\n// Trains well.\n"] },
  "a comment in a helper's body": {
    "src/floor.ts": ["return x | 0", "/* @preserve */ return x | 0 // ints"],
  },
  "white space and formatting": {
    "src/steps.ts": ["weigh(clean(x)) * scale + limit,", "(weigh(\n clean( x )\n) * scale) + limit"],
    "src/clean.ts": ["(x: number): number => floor(x)", "(x: number): number =>\n\n    (floor( x ))"],
  },
  "type annotations": {
    "src/steps.ts": [
      "const limit: number = 10;",
      "type Limit = number;\nconst limit = 10 satisfies Limit as Limit;",
    ],
    "src/floor.ts": ["round(x: number) {", "round(x: number & {}): number {"],
  },
  "a type import": { "src/steps.ts": ["\nimport", '\nimport type { Readable } from "node:stream";\nimport'] },
  "a neighbour with .with()": { "src/steps.ts": "export const late = evaluate.with({ id: 'late' });" },
  "a neighbour with .extend()": {
    "src/steps.ts":
      "const A = z.object({ a: z.number() });\nexport const B = A.extend({ b: z.string().min(3) });",
  },
  "a neighbour's JSON.parse": { "src/steps.ts": "export const parsed = JSON.parse('[1]');" },
  "a neighbour's process.env": { "src/steps.ts": "export const token = process.env.TOKEN;" },
  "a neighbour's new Map([...])": { "src/steps.ts": "export const table = new Map([['a', evaluate]]);" },
  "a neighbour's template": {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a template
    "src/steps.ts": "const who = globalThis.name;\nexport const text = `${who} ${Date.now()}`;",
  },
  "a neighbour's regex": { "src/steps.ts": "export const word = /a+/u, words = word.exec('aa');" },
  "a neighbour's destructuring": {
    "src/steps.ts":
      "const { A = f(), ...rest } = process.env, [B] = process.argv;\nfunction f() {}\nexport { A, B, rest };",
  },
  "a neighbour's class with static fields": {
    "src/steps.ts":
      "export class Registry extends Map {\n  static all = new Registry();\n  static { Registry.all.set(1, 2); }\n}",
  },
  "a neighbour's class expression": {
    "src/steps.ts": "export const Made = class { static at = Date.now(); };",
  },
  "a neighbour's constants": {
    "src/steps.ts":
      "export const Color = Object.freeze({ Red: 'red' } as const);\nexport enum Old { A = 'a' }",
  },
  "a default export": { "src/steps.ts": "export default evaluate.with({ id: 'default' });" },
  "a package that a neighbour imports": {
    "src/steps.ts": first('import { left } from "side";', "left"),
    "src/predict.ts": [
      "export function",
      'import * as fs from "node:fs";\nexport const F = fs.statSync;\nexport function',
    ],
  },
  "an export of a barrel": {
    "src/barrel.ts": `export { other } from "./other.ts";\nexport * from "side";\n`,
    "src/other.ts": "export const other = performance.now();",
  },
  "an unused export of a helper": { "src/clean.ts": ["unused = 1", "unused = [2, Math.random()]"] },
  "the order of unrelated declarations": {
    "src/steps.ts": [
      "const limit: number = 10;",
      "export const before = evaluate.with({ id: 'b' });\nconst limit: number = 10;",
    ],
  },
  "an import of a neighbour that is evaluated first": {
    "src/steps.ts": first('import { early } from "./early.ts";', "early"),
    "src/early.ts": `import { weigh } from "./weigh.ts";\nimport { scale } from "./barrel.ts";\nexport const early = weigh(scale);`,
  },
  "the order of imports of pure modules": {
    "src/steps.ts": [
      'import { clean } from "./clean.ts";\nimport { weigh } from "./weigh.ts";',
      'import { weigh } from "./weigh.ts";\nimport { clean } from "./clean.ts";',
    ],
  },
  "a global that a neighbour uses by the name of a helper": {
    "src/steps.ts": "export const n = step({ name: 'n', run: () => [floor(1), round(2), factor] });",
  },
  "a local of a neighbour by the name of a helper": {
    "src/steps.ts":
      "function floor(weigh: number) {\n  return weigh;\n}\nexport const m = step({ name: 'm', run: () => floor(1) });",
  },
  "a neighbour that runs when the file is the main one": {
    "src/steps.ts": "if (import.meta.main) {\n  console.log(evaluate);\n}",
  },
  "a neighbour's place": { "src/steps.ts": "export const here = new URL('x', import.meta.url);" },
  retry: { "src/steps.ts": ["maxRetries: 2", "maxRetries: 3"] },
  "all that the orchestrator alone reads": {
    "src/steps.ts": [
      "retry: { maxRetries: 2 },",
      "timeout: 5, settings: { resources: { memory: String(limit) } }, 'enableCache': false,\n cachePolicy: {}, environment: {}, stopGracePeriod: 1, secrets: ['KEY'], secretsAs: 'environment',",
    ],
  },
};

const DIFFERENT: Readonly<Record<string, Edits>> = {
  "the step's own code": { "src/steps.ts": ["+ limit,", "- limit,"] },
  "its name": { "src/steps.ts": ['"train"', '"train_it"'] },
  "a constant that it uses": { "src/steps.ts": ["= 10", "= 11"] },
  "a helper that it reaches": { "src/floor.ts": ["x | 0", "x | 1"] },
  "a helper's constant": { "src/weigh.ts": ["sqrt(4)", "sqrt(9)"] },
  "a value behind a barrel": { "src/scale.ts": ["3", "4"] },
  "an input's schema": { "src/steps.ts": ["x: z.number()", "x: z.int()"] },
  "a top-level statement": { "src/predict.ts": "console.log('loaded');" },
  "a top-level await": { "src/predict.ts": "export const ready = await Promise.resolve(1);" },
  "let state": {
    "src/predict.ts":
      "let state = start();\nfunction start() {\n  return Number(process.env.START);\n}\nexport const get = () => state++;",
  },
  "an import for its effect": { "src/predict.ts": 'import "polyfill";' },
};

describe("the code hash of a step", () => {
  it.each(Object.entries(SAME))("stays with an edit of %s", async (_what, edits) => {
    expect((await bundleOf(edited(edits), "train")).code).toBe((await base).code);
  });

  it.each(Object.entries(DIFFERENT))("changes with an edit of %s", async (_what, edits) => {
    expect((await bundleOf(edited(edits), "train")).codeHash).not.toBe((await base).codeHash);
  });

  it("changes when a package that the step uses changes", async () => {
    const using = edited({
      "src/floor.ts": [
        "function round(x: number) {\n  return x | 0;",
        'import { left } from "side";\nfunction round(x: number) {\n  return x | left;',
      ],
    });
    const newer = {
      ...using,
      "node_modules/side/index.js": "globalThis.side = true;\nexport const left = 5, right = 2;\n",
    };
    const [one, two] = [await bundleOf(using, "train"), await bundleOf(newer, "train")];
    expect(two.codeHash).not.toBe(one.codeHash);
    expect(two.modules).toContain("node_modules/side");
  });

  it("stays with the place of the checkout", async () => {
    await using here = await Project.create(BASE);
    await using there = await here.copy();
    expect(await there.bundle("train")).toEqual(await here.bundle("train"));
  });

  it("is that of the code, which works", async () => {
    const bundle = await base;
    const { createHash } = await import("node:crypto");
    expect(bundle.codeHash).toBe(createHash("sha256").update(bundle.code).digest("hex"));
    expect((await loadBundle(bundle)).step({ x: 5.5 })).toBe(40);
  });

  it("stays with an edit of the options of an exported step(...).with({...})", async () => {
    const withOptions = (options: string) =>
      edited({ "src/steps.ts": `export const big = step({ name: "big", run: () => 1 }).with(${options});` });
    const one = await bundleOf(withOptions(`{ id: "a", retry: { maxRetries: 1 } }`), "big");
    const two = await bundleOf(
      withOptions(`{ settings: { resources: { memory: "1GB" } }, after: [evaluate] }`),
      "big",
    );
    expect(two.codeHash).toBe(one.codeHash);
  });

  it("of a container step is that of its command, wherever its image comes from and however it is run", async () => {
    const hashOf = async (options: string) => {
      const files = {
        "src/steps.ts": `import { containerStep } from "stepdock";
import { count } from "./count.ts";
const base = "python";
export const fit = containerStep({ name: "fit", ${options} });`,
        "src/count.ts": "export const count = 3;",
      };
      return (await bundleOf(files, "fit")).codeHash;
    };
    const one = await hashOf('image: "python:3.12", command: ["fit", () => count]');
    const same = 'build: { context: "fit", args: { BASE: base } }, retry: { maxRetries: 1 }, timeout: 5,';
    expect(await hashOf(`${same} command: ["fit", () => count]`)).toBe(one);
    const others = ['"fit", "--fast", () => count', '"fit", () => count + 1', '() => count, "fit"'];
    for (const command of others) expect(await hashOf(`image: "a", command: [${command}]`)).not.toBe(one);
    expect(await hashOf('image: "a", workdir: "/w", command: ["fit", () => count]')).not.toBe(one);
  });
});
