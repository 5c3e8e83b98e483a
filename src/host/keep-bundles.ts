import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../util/write-atomic.ts";

/** Keeps the code of a run, so that it can be resumed from what it was begun with, whatever became of the sources. */
export const keepBundles = async (
  directory: string,
  bundles: ReadonlyMap<string, { readonly code: string; readonly map: string }>,
): Promise<void> => {
  await mkdir(directory, { recursive: true });
  for (const [hash, bundle] of bundles) {
    if (existsSync(join(directory, `${hash}.mjs`))) continue;
    const { code, map } = bundle;
    await writeFileAtomic(join(directory, `${hash}.mjs.map`), map);
    await writeFileAtomic(join(directory, `${hash}.mjs`), code);
  }
};
