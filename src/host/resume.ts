import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { House } from "../composition.ts";
import { StepdockError } from "../errors/error.ts";
import {
  bundlesOfSnapshot,
  type EventSink,
  type PipelineRun,
  type PipelineSnapshot,
} from "../model/index.ts";
import type { ExecutionSignals } from "../step-launcher/port.ts";

/** The code that a run was begun with is not in the workspace any more. */
export class BundleMissingError extends StepdockError {
  readonly code = "not_found";
}

export interface ResumeOptions {
  readonly emit: EventSink;
  readonly signals: ExecutionSignals;
  readonly maxParallelism?: number | undefined;
}

/**
 * Goes on with a run whose owner died: adopts containers that still run, collects the results of those that finished
 * meanwhile, and launches what is left from the run's own snapshot and bundles, never from sources that changed since.
 *
 * @throws RunFinishedError, RunLockedError, BundleMissingError
 */
export const resumeRun = async (
  house: House,
  reference: string,
  options: ResumeOptions,
): Promise<{ readonly run: PipelineRun; readonly snapshot: PipelineSnapshot }> => {
  const { metadata, paths } = house.workspace;
  const resume = await metadata.findRun(reference);
  const snapshot = await metadata.getSnapshot(resume.snapshotId);
  if (!snapshot) throw new TypeError(`run ${resume.id} has no snapshot`);
  const stack = house.stack(resume.stack);
  const bundles = await loadBundles(paths.bundles, resume, snapshot);
  const { projectRoot, enableCache } = resume.metadata;
  const run = await stack.orchestrator.run(
    {
      ...{ ...options, resume, snapshot, bundles },
      projectRoot: typeof projectRoot === "string" ? projectRoot : house.projectRoot,
      enableCache: enableCache !== false,
    },
    stack,
  );
  return { run, snapshot };
};

const loadBundles = async (directory: string, run: PipelineRun, snapshot: PipelineSnapshot) => {
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
