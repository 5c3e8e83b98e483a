import * as z from "zod/mini";
import type { MetadataStore } from "../../metadata/port.ts";
import type { ArtifactVersion, PipelineRun, PipelineSnapshot } from "../../model/index.ts";
import { EARLIER_RUNS, earlierArtifacts } from "../../step-launcher/input-utils.ts";

const Given = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * The artifacts that a run was given by another, from its own record, and those of earlier runs that its snapshot names:
 * so a resumption has them, too.
 */
export const givenOutputs = async (
  metadata: MetadataStore,
  { metadata: { given } }: PipelineRun,
  snapshot: PipelineSnapshot,
): Promise<Map<string, Readonly<Record<string, ArtifactVersion>>>> => {
  const outputs = new Map([[EARLIER_RUNS, await earlierArtifacts(metadata, snapshot)]]);
  if (given === undefined) return outputs;
  for (const [invocation, ids] of Object.entries(z.parse(Given, given))) {
    const artifacts: Record<string, ArtifactVersion> = {};
    for (const [output, id] of Object.entries(ids)) {
      const artifact = await metadata.getArtifact(id);
      // One that was cleaned away is told when an input that needs it is resolved.
      if (artifact) artifacts[output] = artifact;
    }
    outputs.set(invocation, artifacts);
  }
  return outputs;
};
