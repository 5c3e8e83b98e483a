import type { ArtifactStore } from "../artifact/port.ts";
import type { Invocation } from "../model/index.ts";

/** Where an output of a step run is stored. Mirrors ZenML's `generate_artifact_uri`. */
export const generateArtifactUri = (
  artifactStore: ArtifactStore,
  stepRun: { readonly id: string; readonly stepName: string },
  outputName: string,
): string => artifactStore.uri({ stepName: stepRun.stepName, outputName, stepRunId: stepRun.id });

/** Makes an empty directory for each output. Throws if one exists. Mirrors ZenML's `prepare_output_artifact_uris`. */
export const prepareOutputArtifactUris = async (
  artifactStore: ArtifactStore,
  stepRun: { readonly id: string; readonly stepName: string },
  invocation: Invocation,
): Promise<Readonly<Record<string, string>>> => {
  const uris: Record<string, string> = {};
  for (const name of Object.keys(invocation.outputs)) {
    const uri = generateArtifactUri(artifactStore, stepRun, name);
    await artifactStore.create(uri);
    uris[name] = uri;
  }
  return uris;
};

/** Removes what a failed attempt left. Mirrors ZenML's `remove_artifact_dirs`. */
export const removeArtifactDirs = async (
  artifactStore: ArtifactStore,
  uris: Iterable<string>,
): Promise<void> => {
  for (const uri of uris) await artifactStore.discard(uri);
};
