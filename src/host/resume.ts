import type { House } from "../composition.ts";
import type { EventSink, PipelineRun, PipelineSnapshot } from "../model/index.ts";
import type { SpeedOptions } from "../orchestrator/base/services.ts";
import type { ExecutionSignals } from "../step-launcher/port.ts";
import { loadBundles } from "./load-bundles.ts";

export interface ResumeOptions extends SpeedOptions {
  readonly emit: EventSink;
  readonly signals: ExecutionSignals;
  readonly envFile?: string | undefined;
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
  const stack = await house.stackOf(resume);
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
