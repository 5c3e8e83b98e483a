import * as z from "zod/mini";
import type { MetadataStore } from "../../metadata/port.ts";
import { type ArtifactVersion, IMPORTED, type PipelineRun, type StepRun } from "../../model/index.ts";
import { idsOf } from "../../step-launcher/step-runs.ts";
import { hashJson } from "../../util/canonical.ts";
import { type ArchivedArtifact, ArtifactRecord, Manifest } from "./manifest.ts";

/** Everything on record of a run, as an archive has it: nothing that is true in one workspace only. */
const ArchivedRecords = z.object({
  ...z.pick(Manifest, { run: true, snapshot: true, build: true, steps: true }).shape,
  artifacts: z.array(ArtifactRecord),
});
type ArchivedRecords = z.infer<typeof ArchivedRecords>;

type Source = Pick<
  MetadataStore,
  "getSnapshot" | "getBuild" | "listStepRuns" | "inputsOf" | "outputsOf" | "getStepRun"
>;

/** Reads them from a store. The artifacts are in the order in which the steps name them. */
export const recordsOf = async (metadata: Source, run: PipelineRun): Promise<ArchivedRecords> => {
  const artifacts = new Map<string, ArtifactVersion>();
  const steps = [];
  for (const step of await metadata.listStepRuns(run.id)) {
    const [inputs, outputs] = [await metadata.inputsOf(step.id), await metadata.outputsOf(step.id)];
    for (const each of [inputs, outputs].flatMap(Object.values<ArtifactVersion>))
      artifacts.set(each.id, each);
    steps.push({ record: withoutKey(step), inputs: idsOf(inputs), outputs: idsOf(outputs) });
  }
  return z.parse(ArchivedRecords, {
    run: withoutPlace(run),
    snapshot: await metadata.getSnapshot(run.snapshotId),
    build: (run.buildId && (await metadata.getBuild(run.buildId))) || null,
    steps,
    artifacts: [...artifacts.values()].map(artifactRecord),
  });
};

const withoutKey = (step: StepRun): StepRun => ({ ...step, cacheKey: null });

/** An artifact as an archive has it. */
export const artifactRecord = ({ stamps: _, ...artifact }: ArtifactVersion): ArchivedArtifact["record"] => {
  const { [IMPORTED]: __, ...metadata } = artifact.metadata;
  return { ...artifact, metadata };
};

/** Where the project was is nobody else's business, and of no use to them; nor is how the run came here. */
const withoutPlace = (run: PipelineRun): PipelineRun => {
  const { projectRoot: _, [IMPORTED]: __, ...metadata } = run.metadata;
  return { ...run, metadata };
};

/** Equal for equal records. */
export const hashRecords = ({ run, snapshot, build, steps, artifacts }: ArchivedRecords): string =>
  hashJson({ run, snapshot, build, steps, artifacts } as never);

export const recordsIn = ({ artifacts, ...manifest }: Manifest): ArchivedRecords => ({
  ...manifest,
  artifacts: artifacts.map(({ record }) => record),
});
