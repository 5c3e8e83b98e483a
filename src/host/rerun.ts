import { randomUUID } from "node:crypto";
import type { House } from "../composition.ts";
import type { MetadataStore } from "../metadata/port.ts";
import type { EventSink, Invocation, PipelineRun, PipelineSnapshot } from "../model/index.ts";
import { isSuccessful } from "../model/index.ts";
import type { GivenOutputs } from "../orchestrator/base/services.ts";
import { InputResolutionError } from "../step-launcher/input-utils.ts";
import type { ExecutionSignals } from "../step-launcher/port.ts";
import { findInvocation } from "./find-invocation.ts";
import { loadBundles } from "./load-bundles.ts";

export interface RerunOptions {
  readonly emit: EventSink;
  readonly signals: ExecutionSignals;
  readonly envFile?: string | undefined;
}

/**
 * Runs one step of a run again, with the inputs that it had or would have had: a run of its own, from the run's code and
 * images. Nothing is taken from the cache.
 *
 * @param step id of the invocation
 * @throws UnknownStepError, InputResolutionError where an upstream has no outputs, BundleMissingError
 */
export const rerunStep = async (
  house: House,
  reference: string,
  step: string,
  options: RerunOptions,
): Promise<{ readonly run: PipelineRun; readonly snapshot: PipelineSnapshot }> => {
  const { metadata, paths } = house.workspace;
  const { run: from, snapshot: whole, invocation } = await findInvocation(metadata, reference, step);
  const given = await inputsOf(metadata, from, invocation);
  const snapshot = snapshotOf(whole, invocation, from);
  const stack = await house.stackOf(from);
  const { projectRoot } = from.metadata;
  const run = await stack.orchestrator.run(
    {
      ...{ ...options, snapshot, given, imagesOf: from, enableCache: false },
      bundles: await loadBundles(paths.bundles, from, snapshot),
      projectRoot: typeof projectRoot === "string" ? projectRoot : house.projectRoot,
    },
    stack,
  );
  return { run, snapshot };
};

/** Only this invocation, which waits for nobody; of what the pipeline returns, what it makes. */
const snapshotOf = (whole: PipelineSnapshot, invocation: Invocation, from: PipelineRun): PipelineSnapshot => {
  const outputs = Object.entries(whole.outputs).filter(([, { invocation: id }]) => id === invocation.id);
  return {
    ...whole,
    id: randomUUID(),
    createdAt: new Date().toISOString(),
    runNameTemplate: `${from.name}-rerun-${invocation.id}`,
    invocations: { [invocation.id]: { ...invocation, upstreams: [] } },
    outputs: Object.fromEntries(outputs),
    anonymousOutput: whole.anonymousOutput && outputs.length > 0,
    warnings: [],
  };
};

/** What the newest attempt that has a record of its inputs took in, else what its upstreams made. */
const inputsOf = async (
  metadata: MetadataStore,
  run: PipelineRun,
  invocation: Invocation,
): Promise<GivenOutputs> => {
  const steps = await metadata.listStepRuns(run.id);
  const last = steps.findLast(
    ({ invocationId, skipReason }) => invocationId === invocation.id && !skipReason,
  );
  const taken = last ? await metadata.inputsOf(last.id) : {};
  const given: Record<string, Record<string, string>> = {};
  for (const [name, source] of Object.entries(invocation.inputs)) {
    if (source.kind !== "artifact") continue;
    const made = steps.findLast(
      ({ invocationId, status }) => invocationId === source.invocation && isSuccessful(status),
    );
    const artifact = taken[name] ?? (made && (await metadata.outputsOf(made.id))[source.output]);
    if (!artifact) throw notMade(run, invocation.id, { ...source, name });
    given[source.invocation] = { ...given[source.invocation], [source.output]: artifact.id };
  }
  return given;
};

const notMade = (
  run: PipelineRun,
  step: string,
  { name, invocation, output }: { name: string; invocation: string; output: string },
): InputResolutionError =>
  new InputResolutionError(
    `"${step}" cannot run again: its input "${name}" is output "${output}" of "${invocation}", which run ` +
      `${run.name} (${run.id}) does not have. Run the pipeline again: what was completed is cached.`,
  );
