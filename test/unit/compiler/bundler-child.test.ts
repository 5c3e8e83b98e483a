import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BundleError } from "../../../src/compiler/bundle-errors.ts";
import { bundleStep } from "../../../src/compiler/bundle-step.ts";
import { BundlerChild } from "../../../src/compiler/bundler-child.ts";
import { CompileCache } from "../../../src/compiler/cache/compile-cache.ts";
import { cachedModules } from "../../../src/compiler/cache/module-cache.ts";
import { type CompileStore, findStep, makeStep } from "../../../src/compiler/cache/step-cache.ts";
import { Project } from "./bundle-project.ts";

const FILES = {
  "src/steps.ts": `import { step } from "stepdock";
import { half } from "./half.ts";
export const train = step({ name: "train", run: () => half(4) });
`,
  "src/half.ts": "export const half = (value: number) => value / 2;\n",
  "src/broken.ts": `import { step } from "stepdock";
export const train = step({ name: "train", run: () => { const = 1; } });
`,
};

describe("a bundler in a process of its own", () => {
  let project: Project;
  let bundler: BundlerChild;

  const places = () => ({
    bundles: project.path(".stepdock/bundles"),
    compiled: project.path(".stepdock/compiled"),
  });
  const store = (): CompileStore => ({ ...places(), cache: new CompileCache(places().compiled), bundler });
  const step = (file = "src/steps.ts") => ({
    ...{ module: project.path(file), exportName: "train", projectRoot: project.root },
  });

  beforeAll(async () => {
    project = await Project.create(FILES);
    bundler = new BundlerChild(places());
  });

  afterAll(async () => {
    await bundler[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  it("gives what this process would give, also where nothing could be kept since files are too young", async () => {
    await project.write({ "src/half.ts": FILES["src/half.ts"] });
    const made = await makeStep(step(), store());
    const { code, codeHash, map, modules, externals, warnings } = await bundleStep(step());
    expect(made).toMatchObject({ code, codeHash, map, modules, externals, warnings });
  });

  it("keeps what it made, where this process finds it", async () => {
    // Until the clock of the file system has moved on.
    for (;;) {
      const made = await makeStep(step(), store());
      const found = findStep(step(), store());
      if (found) return expect(found.code).toBe(made.code);
      await setTimeout(10);
    }
  });

  it("needs nothing of what else its caller holds, such as the function that was found", async () => {
    const found = { ...step(), value: () => {} };
    expect((await bundler.step(found)).codeHash).toBe((await bundleStep(step())).codeHash);
  });

  it("emits modules for this process to import", async () => {
    const options = { entries: [step().module], projectRoot: project.root };
    const bundle = await cachedModules({ ...options, outDir: project.path(".stepdock/modules") }, store());
    expect(bundle.sources).toEqual([project.path("src/half.ts"), project.path("src/steps.ts")]);
    const { half } = await import(bundle.emittedFor(project.path("src/half.ts")) ?? "");
    expect(half(4)).toBe(2);
  });

  it("tells an error in the user's code as this process would, with its place and what the bundler said", async () => {
    const [there, here] = await Promise.all(
      [makeStep(step("src/broken.ts"), store()), bundleStep(step("src/broken.ts"))].map((made) =>
        made.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    if (!(there instanceof BundleError && here instanceof BundleError)) throw new Error("no error was told");
    expect(there.place).toMatchObject({ file: "src/broken.ts", line: 2 });
    expect([there.name, there.message, there.place]).toEqual([here.name, here.message, here.place]);
    expect((there.cause as Error).message).toBe((here.cause as Error).message);
  });

  it("tells a fault of another kind with its stack", async () => {
    const nowhere = { ...places(), bundles: "/dev/null/bundles" };
    await using other = new BundlerChild(nowhere);
    await expect(other.step(step())).rejects.toMatchObject({
      code: "ENOTDIR",
      stack: expect.stringContaining("/dev/null/bundles"),
    });
  });

  it("starts whatever options this process was given for itself", async () => {
    vi.stubEnv("NODE_OPTIONS", "--no-such-option");
    try {
      await using other = new BundlerChild(places());
      expect(await other.step(step())).toHaveProperty("codeHash");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("is told of when it was killed, at once and ever after", async () => {
    await using other = new BundlerChild(places());
    const asked = [other.step(step()), other.step(step())];
    process.kill(other.pid ?? 0, "SIGKILL");
    const died = { code: "bundler_died", message: expect.stringContaining("was killed (SIGKILL)") };
    for (const each of await Promise.allSettled(asked)) expect(each).toMatchObject({ reason: died });
    await expect(other.step(step())).rejects.toMatchObject(died);
  });

  it("is gone once it is disposed, also where something is still asked of it", async () => {
    const other = new BundlerChild(places());
    const asked = expect(other.step(step())).rejects.toMatchObject({ code: "bundler_died" });
    await other[Symbol.asyncDispose]();
    await asked;
    expect(isThere(other.pid)).toBe(false);
  });

  it("ends when the process that started it is killed", async () => {
    const script = join(import.meta.dirname, "children/bundle-and-end.ts");
    // Its stderr is that of the other process: it is at its end when both are gone.
    const { stdout, signal, error } = spawnSync(process.execPath, [script, project.root, step().module], {
      ...{ encoding: "utf8", timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] },
    });
    expect({ stdout, signal, error }).toEqual({ stdout: expect.stringMatching(/^\d+$/), signal: "SIGKILL" });
  });
});

const isThere = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
};
