import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Invocation } from "../../model/index.ts";
import { isStep, STEP, type StepDefinition } from "../../pipeline/step.ts";
import { replaceFile } from "../../util/write-atomic.ts";

export interface StepModulesOptions {
  readonly bundles: ReadonlyMap<string, { readonly code: string }>;
  /** Where bundles are kept as files, so that they can be imported. */
  readonly bundlesPath: string;
}

/** The bundles of a run as modules of this process. */
export class StepModules {
  readonly #options: StepModulesOptions;
  /** Code hash → its bundle as a file. */
  readonly #placed = new Map<string, Promise<void>>();

  constructor(options: StepModulesOptions) {
    this.#options = options;
  }

  /** Where bundles lie once they are placed. */
  get directory(): string {
    return this.#options.bundlesPath;
  }

  async place(hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) {
      const placed = this.#placed.get(hash) ?? this.#write(hash);
      this.#placed.set(hash, placed);
      await placed;
    }
  }

  /** The definition of a step whose bundle is placed. Rejects with whatever its module throws. */
  async load({ codeHash, source }: Pick<Invocation, "codeHash" | "source">): Promise<StepDefinition> {
    const path = join(this.#options.bundlesPath, `${codeHash}.mjs`);
    const module = (await import(pathToFileURL(path).href)) as { step?: unknown };
    if (!isStep(module.step)) throw new TypeError(`the bundle of ${source} exports no step`);
    return module.step[STEP].definition;
  }

  async #write(hash: string): Promise<void> {
    const { bundles, bundlesPath } = this.#options;
    const bundle = bundles.get(hash);
    if (!bundle) throw new TypeError(`there is no bundle ${hash}`);
    await mkdir(bundlesPath, { recursive: true });
    await replaceFile(join(bundlesPath, `${hash}.mjs`), bundle.code);
  }
}
