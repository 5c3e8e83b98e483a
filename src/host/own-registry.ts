import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtInRegistry, isKnown, type MaterializerRegistry } from "../artifact/materializers/registry.ts";
import { StepdockError } from "../errors/error.ts";
import type { ArtifactVersion } from "../model/index.ts";
import { isStep, STEP } from "../pipeline/step.ts";
import { registryOf } from "../step-runner/materializers.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** The code that an artifact was stored with is not there any more. */
export class MaterializerMissingError extends StepdockError {
  readonly code = "not_found";
}

/**
 * The materializers that an artifact can be read with here: where it was stored by one of the user's own, those of the
 * very code that stored it, from the bundle of its step.
 *
 * @throws MaterializerMissingError
 */
export const registryFor = async (
  workspace: Pick<Workspace, "metadata" | "paths">,
  artifact: ArtifactVersion,
): Promise<MaterializerRegistry> => {
  if (isKnown(artifact.materializer)) return builtInRegistry;
  const bundle = await bundleOf(workspace, artifact);
  const module = bundle && ((await import(pathToFileURL(bundle).href)) as { readonly step?: unknown });
  if (module && isStep(module.step)) return registryOf(module.step[STEP].definition);
  throw new MaterializerMissingError(
    `Artifact ${artifact.name} was stored by the materializer "${artifact.materializer}", whose code is gone with the ` +
      "run that made it. Its files are there: copy them with `stepdock artifact … --output PATH`.",
  );
};

const bundleOf = async (
  { metadata, paths }: Pick<Workspace, "metadata" | "paths">,
  { producerStepRunId }: ArtifactVersion,
): Promise<string | undefined> => {
  const stepRun = await metadata.getStepRun(producerStepRunId);
  const run = stepRun && (await metadata.getRun(stepRun.runId));
  const snapshot = run && (await metadata.getSnapshot(run.snapshotId));
  const hash = stepRun && snapshot?.invocations[stepRun.invocationId]?.codeHash;
  const path = hash && join(paths.bundles, `${hash}.mjs`);
  return path && existsSync(path) ? path : undefined;
};
