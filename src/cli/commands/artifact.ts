import { didYouMean } from "../../compiler/errors.ts";
import { EXIT } from "../../errors/codes.ts";
import { loadArtifact } from "../../host/result.ts";
import type { ArtifactVersion, Json, PipelineRun, StepRun } from "../../model/index.ts";
import { formatBytes } from "../../util/bytes.ts";
import { bytesOf } from "../../util/tagged/bytes.ts";
import { encodeTagged } from "../../util/tagged.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { UsageError } from "../errors.ts";
import { requireExisting } from "../existing-workspace.ts";
import type { CommandContext } from "../program.ts";
import { harmless } from "../render/text.ts";

export interface ArtifactOptions {
  readonly run: string;
  /** `step` or `step.output`. */
  readonly output: string;
  readonly json?: boolean;
}

/** `stepdock artifact RUN STEP[.OUTPUT]` */
export const artifactCommand = async (
  context: CommandContext,
  { run: reference, output, json }: ArtifactOptions,
): Promise<number> => {
  await using workspace = await requireExisting(context.workspace);
  const run = await workspace.metadata.findRun(reference);
  const artifact = await findArtifact(workspace, run, output);
  const value = await loadArtifact({ workspace }, artifact);
  if (json) await context.out.line(JSON.stringify({ ...artifact, value: jsonOf(value) }));
  else await context.out.write(shown(value, artifact, context));
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

const isBinary = (value: unknown): value is ArrayBuffer | ArrayBufferView =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value);

const jsonOf = (value: unknown): Json =>
  isBinary(value) ? bytesOf(value).toString("base64") : encodeTagged(value);

/** Text and bytes are exactly what was stored, unless a terminal would show them. */
const shown = (
  value: unknown,
  { sizeBytes, type }: ArtifactVersion,
  { out }: CommandContext,
): string | Uint8Array => {
  if (isBinary(value)) {
    return out.isTerminal
      ? `${type} of ${formatBytes(sizeBytes)}. It is no text: write it to a file with \`> file\`.\n`
      : bytesOf(value);
  }
  const text = typeof value === "string" ? value : `${JSON.stringify(encodeTagged(value), null, 2)}\n`;
  if (!out.isTerminal) return text;
  return `${harmless(text).replace(/\n$/, "")}\n`;
};
