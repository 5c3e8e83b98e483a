import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { bundleStep, type StepBundle } from "../../../../src/compiler/bundle-step.ts";
import { CompileCache } from "../../../../src/compiler/cache/compile-cache.ts";
import { cachedModules } from "../../../../src/compiler/cache/module-cache.ts";
import { type CompileStore, findStep, makeStep } from "../../../../src/compiler/cache/step-cache.ts";
import type { HostBundle } from "../../../../src/compiler/host-bundle.ts";
import { type Files, Project } from "../bundle-project.ts";

/** A project whose bundles are kept, as a workspace keeps them. */
export class CachedProject implements AsyncDisposable {
  readonly project: Project;

  constructor(project: Project) {
    this.project = project;
  }

  static async create(files: Files): Promise<CachedProject> {
    return new CachedProject(await Project.create(files));
  }

  path(file: string): string {
    return this.project.path(file);
  }

  /** What a new process would have. */
  store(): CompileStore {
    const compiled = this.path(".stepdock/compiled");
    return { bundles: this.path(".stepdock/bundles"), compiled, cache: new CompileCache(compiled) };
  }

  #options(exportName: string) {
    return { module: this.path("src/steps.ts"), exportName, projectRoot: this.project.root };
  }

  /** Bundles a step and keeps it, once everything in the project is old enough to be believed. */
  async make(exportName: string): Promise<StepBundle> {
    await this.settle();
    return await makeStep(this.#options(exportName), this.store());
  }

  find(exportName: string): StepBundle | undefined {
    return findStep(this.#options(exportName), this.store());
  }

  /** What the bundler makes of the step now, whatever is kept. */
  fresh(exportName: string): Promise<StepBundle> {
    return bundleStep(this.#options(exportName));
  }

  async modules(): Promise<HostBundle> {
    const options = { entries: [this.path("src/steps.ts")], projectRoot: this.project.root };
    return await cachedModules({ ...options, outDir: this.path(".stepdock/modules") }, this.store());
  }

  /** All files that are kept. */
  async kept(directory: "compiled" | "bundles"): Promise<string[]> {
    return (await readdir(this.path(`.stepdock/${directory}`))).map((name) =>
      this.path(`.stepdock/${directory}/${name}`),
    );
  }

  async entry(): Promise<string> {
    const [only, ...more] = (await this.kept("compiled")).filter((path) => path.endsWith(".entry"));
    if (only === undefined || more.length > 0) throw new Error("there is not one entry");
    return only;
  }

  /** Until the clock of the file system has moved on since the last change. */
  async settle(): Promise<void> {
    const names = await readdir(this.project.root, { recursive: true });
    const own = names.filter((name) => !name.includes("zod/"));
    const stats = await Promise.all(own.map((name) => stat(this.path(name)).catch(() => undefined)));
    const newest = Math.max(...stats.map((found) => found?.ctimeMs ?? 0));
    while (Date.now() < newest + 150) await setTimeout(10);
  }

  async rewrite(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.project.root, file);
    await writeFile(path, change(await readFile(path, "utf8")));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
  }
}
