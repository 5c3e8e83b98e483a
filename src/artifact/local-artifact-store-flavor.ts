import * as z from "zod/mini";
import type { Flavor } from "../stack/component.ts";
import type { ComponentServices } from "../stack/services.ts";
import { createLocalArtifactStore } from "./local-artifact-store.ts";
import type { ArtifactStore } from "./port.ts";

export const LocalArtifactStoreConfig = z.strictObject({});
export type LocalArtifactStoreConfig = z.infer<typeof LocalArtifactStoreConfig>;

/** A directory of its own in the workspace's `stores`. */
export const localArtifactStoreFlavor: Flavor<ArtifactStore, LocalArtifactStoreConfig, ComponentServices> = {
  name: "local",
  type: "artifact_store",
  configSchema: LocalArtifactStoreConfig,
  create: ({ name, id }, { paths }) => createLocalArtifactStore({ root: paths.stores, name, id }),
};
