import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rename, rm, stat, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageFiles } from "../bundle-project.ts";
import { CachedProject } from "./cached-project.ts";

const FILES = {
  "src/steps.ts": `
import { step } from "stepdock";
import { helper } from "./helper";
import { twice } from "doubler";
import table from "./table.json" with { type: "json" };
import { predict } from "./predict.ts";
export const train = step({ name: "train", run: () => helper(twice(table.rows)) });
export const evaluate = step({ name: "evaluate", run: () => predict(1) });
`,
  "src/helper/index.ts": "export const helper = (x: number): number => x + 1;\n",
  "src/predict.ts": "export const predict = (x: number): number => x + 2;\n",
  "src/table.json": `{ "rows": 3 }`,
  ...packageFiles(
    "doubler",
    { version: "1.0.0", sideEffects: false, exports: { ".": "./one.js", "./two": "./two.js" } },
    { "one.js": "export const twice = (x) => 2 * x;\n", "two.js": "export const twice = (x) => x + x;\n" },
  ),
};

type Change = (project: CachedProject) => Promise<unknown>;

/** What makes the kept bundle of `train` useless, though not always another one. */
const MISSES: Readonly<Record<string, Change>> = {
  "a helper's content": (at) => at.rewrite("src/helper/index.ts", (text) => text.replace("+ 1", "+ 7")),
  "a helper's content, its size and mtime restored": async (at) => {
    const path = at.path("src/helper/index.ts");
    const { atime, mtime } = await stat(path);
    await at.rewrite("src/helper/index.ts", (text) => text.replace("+ 1", "+ 8"));
    await utimes(path, atime, mtime);
  },
  "a helper that another file of the same size and mtime replaces": async (at) => {
    const path = at.path("src/helper/index.ts");
    const { atime, mtime } = await stat(path);
    await writeFile(`${path}.new`, (await readFile(path, "utf8")).replace("+ 1", "+ 9"));
    await utimes(`${path}.new`, atime, mtime);
    await rename(`${path}.new`, path);
  },
  "a neighbour alone": (at) => at.rewrite("src/predict.ts", (text) => text.replace("+ 2", "+ 5")),
  "imported data": (at) => at.rewrite("src/table.json", () => `{ "rows": 4 }`),
  "a file that is now nearer than a directory": (at) =>
    writeFile(at.path("src/helper.ts"), "export const helper = (x: number): number => x * 100;\n"),
  "a directory's manifest that names another file": async (at) => {
    await writeFile(at.path("src/helper/other.ts"), "export const helper = (x: number): number => x * 50;\n");
    await writeFile(at.path("src/helper/package.json"), `{"main":"./other.ts"}`);
  },
  "a package that is now installed nearer": (at) =>
    at.project.write(
      Object.fromEntries(
        Object.entries(
          packageFiles("doubler", { exports: "./x.js" }, { "x.js": "export const twice = (x) => 20 * x;" }),
        ).map(([path, text]) => [`src/${path}`, text]),
      ),
    ),
  "a package's version and content": async (at) => {
    await at.rewrite("node_modules/doubler/package.json", (text) => text.replace("1.0.0", "1.0.1"));
    await at.rewrite("node_modules/doubler/one.js", (text) => text.replace("2 * x", "3 * x"));
  },
  "a package's entry": (at) =>
    at.rewrite("node_modules/doubler/package.json", (text) => text.replace("./one.js", "./two.js")),
  "a package that leads to another place": async (at) => {
    await at.project.write({
      "elsewhere/package.json": `{"name":"doubler","type":"module","exports":"./x.js"}`,
      "elsewhere/x.js": "export const twice = (x) => 30 * x;",
    });
    await rm(at.path("node_modules/doubler"), { recursive: true });
    await symlink(at.path("elsewhere"), at.path("node_modules/doubler"));
  },
  "a package that is gone": (at) => rm(at.path("node_modules/doubler"), { recursive: true }),
  "a TypeScript configuration": (at) =>
    writeFile(at.path("tsconfig.json"), `{"compilerOptions":{"experimentalDecorators":true}}`),
  "a syntax error": (at) => at.rewrite("src/helper/index.ts", (text) => `${text}const = ;`),
  "the kept code": async (at) => {
    for (const path of await at.kept("bundles")) await writeFile(path, "export const step = 0;");
  },
  "the kept code, cut off": async (at) => {
    for (const path of await at.kept("bundles")) await truncate(path, 10);
  },
  "the kept code, removed": (at) => rm(at.path(".stepdock/bundles"), { recursive: true }),
  "the entry, cut off": async (at) => truncate(await at.entry(), 200),
  "the entry, emptied": async (at) => truncate(await at.entry(), 0),
  "the entry, by something foreign": async (at) => writeFile(await at.entry(), "\0\xff{}\n[]"),
  "the entry, by one of another step": async (at) => {
    const path = await at.entry();
    await at.make("evaluate");
    const other = (await at.kept("compiled")).find((each) => each.endsWith(".entry") && each !== path);
    await rename(other ?? "", path);
  },
  "the entry, by a directory": async (at) => {
    const path = await at.entry();
    await rm(path);
    await mkdir(path);
  },
};

/** What makes no difference to what the bundler reads. */
const HITS: Readonly<Record<string, Change>> = {
  "a touch": async (at) => {
    for (const file of ["src/steps.ts", "src/helper/index.ts", "node_modules/doubler/one.js"])
      await utimes(at.path(file), new Date(), new Date());
  },
  "a file that is written again as it was": (at) => at.rewrite("src/steps.ts", (text) => text),
  "a file that nobody imports": (at) => writeFile(at.path("src/unrelated.ts"), "export {};"),
  "a package that nobody imports": (at) =>
    at.project.write(packageFiles("unrelated", {}, { "index.js": "" })),
  nothing: async () => {},
};

describe.concurrent("the kept bundle of a step", () => {
  it.each(Object.entries(MISSES))("is not used after a change of: %s", async (_, change) => {
    await using at = await CachedProject.create(FILES);
    await at.make("train");
    expect(at.find("train")).toBeDefined();
    await change(at);
    expect(at.find("train")).toBeUndefined();
  });

  it.each(Object.entries(HITS))("is used after: %s", async (_, change) => {
    await using at = await CachedProject.create(FILES);
    const made = await at.make("train");
    await change(at);
    const found = at.find("train");
    expect({ ...found, code: found?.code, map: found?.map }).toEqual({
      ...{ ...made, code: made.code, map: made.map },
    });
    expect((await at.fresh("train")).codeHash).toBe(made.codeHash);
  });
});

describe("keeping bundles", () => {
  let at: CachedProject;
  beforeAll(async () => {
    at = await CachedProject.create(FILES);
  });
  afterAll(() => at[Symbol.asyncDispose]());

  it("gives the same code hash anew where only a neighbour has changed", async () => {
    const before = await at.make("train");
    await at.rewrite("src/predict.ts", (text) => text.replace("+ 2", "+ 6"));
    expect(at.find("train")).toBeUndefined();
    expect((await at.make("train")).codeHash).toBe(before.codeHash);
    expect(at.find("train")?.codeHash).toBe(before.codeHash);
  });

  it("mends code that was damaged", async () => {
    const { codeHash, code } = await at.make("train");
    await writeFile(at.path(`.stepdock/bundles/${codeHash}.mjs`), "damaged");
    expect(at.find("train")).toBeUndefined();
    await at.make("train");
    expect(at.find("train")?.code).toBe(code);
  });

  it("keeps nothing of a syntax error, and finds what was kept before it once it is mended", async () => {
    const { codeHash } = await at.make("train");
    await at.rewrite("src/helper/index.ts", (text) => `${text}const = ;`);
    await expect(at.make("train")).rejects.toThrow("Cannot bundle");
    expect(at.find("train")).toBeUndefined();
    await at.rewrite("src/helper/index.ts", (text) => text.replace("const = ;", ""));
    expect(at.find("train")?.codeHash).toBe(codeHash);
  });

  it("does not keep what was made of a file that was written in the same tick of the clock", async () => {
    await rm(at.path(".stepdock/compiled"), { recursive: true });
    await at.settle();
    await at.rewrite("src/helper/index.ts", (text) => text.replace("+ 1", "+ 4"));
    const { makeStep } = await import("../../../../src/compiler/cache/step-cache.ts");
    const options = { module: at.path("src/steps.ts"), exportName: "train", projectRoot: at.project.root };
    await makeStep(options, at.store());
    await at.rewrite("src/helper/index.ts", (text) => text.replace("+ 4", "+ 1"));
    expect(at.find("train")).toBeUndefined();
  });

  it("lets two processes at once keep the same bundle", async () => {
    await rm(at.path(".stepdock"), { recursive: true });
    await at.settle();
    const child = join(import.meta.dirname, "children/keep-bundles.ts");
    const children = [1, 2].map(() => fork(child, [at.project.root], { stdio: "ignore" }));
    const codes = await Promise.all(children.map(async (each) => (await once(each, "exit"))[0]));
    expect(codes).toEqual([0, 0]);
    expect(at.find("train")?.codeHash).toBe((await at.fresh("train")).codeHash);
  });
});
