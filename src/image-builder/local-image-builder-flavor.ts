import * as z from "zod/mini";
import type { Flavor } from "../stack/component.ts";
import type { ImageBuilder } from "../stack/image-builder.ts";
import type { ComponentServices } from "../stack/services.ts";
import { createLocalImageBuilder } from "./local-image-builder.ts";

export const LocalImageBuilderConfig = z.strictObject({});
export type LocalImageBuilderConfig = z.infer<typeof LocalImageBuilderConfig>;

/** The builder of the engine that the docker configuration names. */
export const localImageBuilderFlavor: Flavor<ImageBuilder, LocalImageBuilderConfig, ComponentServices> = {
  name: "local",
  type: "image_builder",
  configSchema: LocalImageBuilderConfig,
  create: (_identity, { engine, entrypointPath, projectRoot, metadata }) =>
    createLocalImageBuilder({
      ...{ engine, projectRoot, workspaceId: metadata.workspaceId },
      entrypoint: { path: entrypointPath },
    }),
};
