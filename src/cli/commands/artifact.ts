import { EXIT } from "../../errors/codes.ts";
import type { ArtifactVersion, PipelineRun, StepRun } from "../../model/index.ts";
import { didYouMean } from "../../util/nearest.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import type { CommandContext } from "../command-parts.ts";
import { UsageError } from "../errors.ts";
import { requireExisting } from "../existing-workspace.ts";
import { showArtifact } from "../show-artifact.ts";

export interface ArtifactOptions {
  readonly run: string;
  /** `step` or `step.output`. */
  readonly output: string;
  readonly json?: boolean;
  /** Where to copy it instead of printing it. */
  readonly copyTo?: string;
  readonly open?: boolean;
}

/** `stepdock artifact RUN STEP[.OUTPUT]` */
export const artifactCommand = async (
  context: CommandContext,
  { run: reference, output, ...options }: ArtifactOptions,
): Promise<number> => {
  await using workspace = await requireExisting(context.workspace);
  const run = await workspace.metadata.findRun(reference);
  await showArtifact(context, workspace, await findArtifact(workspace, run, output), options);
  return EXIT.done;
};

const findArtifact = async (
  { metadata }: Workspace,
  run: PipelineRun,
  wanted: string,
): Promise<ArtifactVersion> => {
  // Names of steps have no dot, names of outputs may.
  const [stepName = "", ...rest] = wanted.split(".");
  const steps = await metadata.listStepRuns(run.id);
  const step = steps.findLast(({ invocationId }) => invocationId === stepName);
  if (!step) throw unknownStep(run, stepName, steps);
  const outputs = await metadata.outputsOf(step.id);
  return chooseOutput(step, outputs, rest.length === 0 ? undefined : rest.join("."));
};

const unknownStep = (run: PipelineRun, step: string, steps: readonly StepRun[]): UsageError => {
  const names = [...new Set(steps.map(({ invocationId }) => invocationId))];
  return new UsageError(
    `Run ${run.id} has no step "${step}". It has: ${names.join(", ")}.${didYouMean(step, names)}`,
  );
};

const chooseOutput = (
  { invocationId: step, status }: StepRun,
  outputs: Readonly<Record<string, ArtifactVersion>>,
  name: string | undefined,
): ArtifactVersion => {
  const names = Object.keys(outputs);
  if (names.length === 0) throw new UsageError(`Step "${step}" has no outputs: it is ${status}.`);
  const only = names.length === 1 ? names[0] : undefined;
  const chosen = outputs[name ?? only ?? ""];
  if (chosen) return chosen;
  const known = names.map((each) => `${step}.${each}`).join(", ");
  if (name === undefined) throw new UsageError(`Step "${step}" has several outputs. Say which: ${known}`);
  throw new UsageError(`Step "${step}" has no output "${name}". It has: ${known}.${didYouMean(name, names)}`);
};
