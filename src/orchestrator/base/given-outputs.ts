import * as z from "zod/mini";
import type { MetadataStore } from "../../metadata/port.ts";
import type { ArtifactVersion, PipelineRun } from "../../model/index.ts";

const Given = z.record(z.string(), z.record(z.string(), z.string()));

/** The artifacts that a run was given by another, from its own record: so a resumption has them, too. */
export const givenOutputs = async (
  metadata: MetadataStore,
  { metadata: { given } }: PipelineRun,
): Promise<Map<string, Readonly<Record<string, ArtifactVersion>>>> => {
  const outputs = new Map<string, Readonly<Record<string, ArtifactVersion>>>();
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
