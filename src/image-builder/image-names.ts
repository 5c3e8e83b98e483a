import type { EnvironmentPlan } from "../stack/image-builder.ts";
import { hashJson } from "../util/canonical.ts";

/** Hex digits of a hash that stand in a tag. */
const TAG_DIGITS = 24;

/**
 * `parent`: of a Dockerfile of the user's; `environment`: parent, packages, variables and entrypoint; `step`: that and the
 * bundles; `container`: of a container step, as a Dockerfile of the user's says.
 */
export type ImageKind = "parent" | "environment" | "step" | "container";

export const IMAGE_LABEL = "dev.stepdock.image";
export const ENVIRONMENT_KEY_LABEL = "dev.stepdock.environment-key";

export const environmentReference = (key: string): string =>
  `stepdock/environment:${key.slice(0, TAG_DIGITS)}`;

/** The same for the same environment and bundles, in whatever order these are named. */
export const stepReference = ({ key }: EnvironmentPlan, codeHashes: readonly string[]): string =>
  `stepdock/step:${hashJson([key, ...[...new Set(codeHashes)].sort()]).slice(0, TAG_DIGITS)}`;

/** Of an image that is built for a container step. */
export const containerReference = (key: string): string => `stepdock/container:${key.slice(0, TAG_DIGITS)}`;

export type ImageLabels = Readonly<Record<string, string>>;

export const imageLabels = (
  kind: ImageKind,
  { key }: Pick<EnvironmentPlan, "key">,
  workspaceId: string | undefined,
): ImageLabels => ({
  [IMAGE_LABEL]: kind,
  [ENVIRONMENT_KEY_LABEL]: key,
  ...(workspaceId === undefined ? {} : { "dev.stepdock.workspace": workspaceId }),
});

/** A LABEL instruction: one, where labels given to the engine's builder would cost a container each. */
export const labelInstruction = (labels: ImageLabels): string =>
  `LABEL ${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll("$", "\\$")}`)
    .join(" ")}`;
