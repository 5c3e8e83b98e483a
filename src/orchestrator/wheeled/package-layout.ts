import { join } from "node:path";
import type { Invocation } from "../../model/index.ts";
import { StepEntrypointConfiguration } from "../../step-runner/step-entrypoint-configuration.ts";

/** Folder of a package that has what runs steps; all else in it is the user's. */
export const PACKAGE_FOLDER = "stepdock-package";
export const ENTRYPOINT_IN_PACKAGE = `${PACKAGE_FOLDER}/entrypoint.mjs`;
/** Each bundle is `<code hash>.mjs`. */
export const BUNDLES_IN_PACKAGE = `${PACKAGE_FOLDER}/bundles`;

export interface PackagedStep {
  /** The installed package: `…/node_modules/<package name>`. */
  readonly folder: string;
  readonly invocation: Pick<Invocation, "id" | "codeHash">;
  readonly snapshotId: string;
  /** Path of the assignment, or `-`: a line on stdin. */
  readonly assignment: string;
}

/** Arguments of `node` that run a step of an installed package. */
export const packagedStepArguments = ({
  folder,
  invocation,
  snapshotId,
  assignment,
}: PackagedStep): string[] => [
  join(folder, ENTRYPOINT_IN_PACKAGE),
  ...StepEntrypointConfiguration.getEntrypointArguments({
    stepName: invocation.id,
    snapshotId,
    stepSource: `${join(folder, BUNDLES_IN_PACKAGE, `${invocation.codeHash}.mjs`)}#step`,
    assignment,
  }),
];
