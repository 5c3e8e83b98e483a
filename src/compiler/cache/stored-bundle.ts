import { hash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { StepdockError } from "../../errors/error.ts";
import { writeFileAtomic } from "../../util/write-atomic.ts";
import type { StepBundle } from "../bundle-step.ts";

/** The code of a step was damaged after it was found whole. */
export class StoredBundleError extends StepdockError {
  readonly code = "bundle_failed";
}

/** All of a bundle but its texts, which lie in files. */
export type BundleFacts = Pick<StepBundle, "codeHash" | "modules" | "externals" | "warnings"> & {
  /** SHA-256 of the source map. */
  readonly mapHash: string;
};

/** Where the texts of bundles lie: code for as long as a run may need it, maps for as long as the cache. */
export interface BundlePlaces {
  readonly bundles: string;
  readonly compiled: string;
}

export const filesOf = (
  { codeHash, mapHash }: Pick<BundleFacts, "codeHash" | "mapHash">,
  { bundles, compiled }: BundlePlaces,
): readonly [code: string, map: string] => [
  join(bundles, `${codeHash}.mjs`),
  join(compiled, `${mapHash}.map`),
];

/** A bundle whose texts are read when somebody asks for them: where all is cached, nobody does. */
export class StoredBundle implements StepBundle {
  readonly codeHash: string;
  readonly modules: StepBundle["modules"];
  readonly externals: StepBundle["externals"];
  readonly warnings: StepBundle["warnings"];
  readonly #files: readonly [code: string, map: string];

  constructor(facts: BundleFacts, places: BundlePlaces) {
    const { codeHash, modules, externals, warnings } = facts;
    this.codeHash = codeHash;
    this.modules = modules;
    this.externals = externals;
    this.warnings = warnings;
    this.#files = filesOf(facts, places);
  }

  get code(): string {
    const [path] = this.#files;
    const code = readFileSync(path, "utf8");
    if (hash("sha256", code) === this.codeHash) return code;
    throw new StoredBundleError(
      `The code of a step, ${path}, was damaged just now. Run again: it is then made anew.`,
    );
  }

  get map(): string {
    return readFileSync(this.#files[1], "utf8");
  }
}

/** Puts the texts of a bundle into files, unless they are there. Durable: a run may have to go on from its code. */
export const storeBundle = async (bundle: StepBundle, places: BundlePlaces): Promise<BundleFacts> => {
  const { codeHash, modules, externals, warnings, code, map } = bundle;
  const mapHash = hash("sha256", map);
  const [codeFile, mapFile] = filesOf({ codeHash, mapHash }, places);
  await mkdir(places.bundles, { recursive: true });
  await mkdir(places.compiled, { recursive: true });
  if (!existsSync(`${codeFile}.map`)) await writeFileAtomic(`${codeFile}.map`, map);
  if (!isWhole(codeFile, codeHash)) await writeFileAtomic(codeFile, code);
  if (!isWhole(mapFile, mapHash)) await writeFileAtomic(mapFile, map);
  return { codeHash, mapHash, modules, externals, warnings };
};

const isWhole = (path: string, digest: string): boolean =>
  existsSync(path) && hash("sha256", readFileSync(path)) === digest;
