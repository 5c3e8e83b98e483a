import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StepdockError } from "../errors/error.ts";
import { bundlesOfSnapshot, type PipelineRun, type PipelineSnapshot } from "../model/index.ts";

/** The code that a run was begun with is not in the workspace any more. */
export class BundleMissingError extends StepdockError {
  readonly code = "not_found";
}

/** The code that the steps of a snapshot need, as a run was begun with it. @throws BundleMissingError */
export const loadBundles = async (directory: string, run: PipelineRun, snapshot: PipelineSnapshot) => {
  const entries = bundlesOfSnapshot(snapshot).map(
    async (hash) => [hash, await loadBundle(directory, hash, run)] as const,
  );
  return new Map(await Promise.all(entries));
};

const loadBundle = async (directory: string, hash: string, run: PipelineRun) => {
  const path = join(directory, `${hash}.mjs`);
  try {
    return { code: await readFile(path, "utf8"), map: await readFile(`${path}.map`, "utf8") };
  } catch (error) {
    throw new BundleMissingError(
      `Run ${run.name} (${run.id}) cannot go on: the code of its steps is not at ${path} any more. ` +
        "Run the pipeline again: what was completed is cached.",
      { cause: error },
    );
  }
};
