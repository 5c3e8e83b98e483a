import { hash } from "node:crypto";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ImageRecord } from "../docker/port.ts";
import { packRoot, type RootEntry } from "./base-image-root.ts";
import { textEntry } from "./build-from.ts";

/** An image that is another one with one layer more. */
export interface LayeredImage {
  readonly tag: string;
  readonly parent: ImageRecord;
  /** Of the layer, parents first: a directory that it names replaces what the image below has of that name. */
  readonly entries: readonly RootEntry[];
  /** Besides the parent's, or in their place. */
  readonly labels: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

export interface LayerArchive {
  /** For `docker load`. */
  readonly archive: Readable;
  /** Digests of all layers of the image. */
  readonly layers: readonly string[];
}

/**
 * What `docker save` would give of the image, without the layers below: an engine that has them does not look for
 * their files. The layer is the same bytes for the same entries, and so has the same digest.
 */
export const layerArchive = async (image: LayeredImage): Promise<LayerArchive> => {
  const layer = await buffer(packRoot(image.entries));
  const layers = [...image.parent.layers, `sha256:${hash("sha256", layer)}`];
  const config = JSON.stringify(imageConfig(image, layers));
  const configName = `${hash("sha256", config)}.json`;
  const below = image.parent.layers.map((_, index) => `below-${index}.tar`);
  const manifest = [{ Config: configName, RepoTags: [image.tag], Layers: [...below, LAYER] }];
  const entries = [
    textEntry("manifest.json", JSON.stringify(manifest)),
    textEntry(configName, config),
    textEntry(LAYER, layer),
  ];
  return { archive: packRoot(entries), layers };
};

const LAYER = "layer.tar";

/** OCI's image config: everything of the parent's stays as it is. */
const imageConfig = ({ parent, labels, variables = {} }: LayeredImage, layers: readonly string[]) => ({
  ...{ architecture: parent.architecture, os: parent.os, created: new Date().toISOString() },
  ...(parent.variant && { variant: parent.variant }),
  config: {
    ...parent.wholeConfig,
    Env: withVariables(parent.config.env, variables),
    Labels: { ...parent.labels, ...labels },
  },
  rootfs: { type: "layers", diff_ids: layers },
});

/** As ENV does: a variable that the parent has keeps its place. */
const withVariables = (env: readonly string[], variables: Readonly<Record<string, string>>): string[] => {
  const all = new Map(env.map((pair) => [nameOf(pair), pair]));
  for (const [name, value] of Object.entries(variables)) all.set(name, `${name}=${value}`);
  return [...all.values()];
};

const nameOf = (pair: string): string => pair.split("=", 1)[0] ?? "";
