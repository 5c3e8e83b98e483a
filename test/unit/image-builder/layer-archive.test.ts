import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { extract } from "tar-fs";
import { expect, test } from "vitest";
import type { ImageRecord } from "../../../src/docker/port.ts";
import { textEntry } from "../../../src/image-builder/build-from.ts";
import { type LayeredImage, layerArchive } from "../../../src/image-builder/layer-archive.ts";
import { tempFolder } from "./temp-folder.ts";

const parent: ImageRecord = {
  ...{ id: "sha256:p", tags: [], repositoryDigests: [], layers: ["sha256:0", "sha256:1"], sizeBytes: 1 },
  ...{ architecture: "arm64", os: "linux", variant: "v8", createdAt: "", taggedAt: "", keptAsBlobs: false },
  labels: { kept: "yes", changed: "no" },
  config: { env: ["PATH=/bin", "A=1", "EMPTY"], entrypoint: [], command: ["node"], user: "", workdir: "" },
  wholeConfig: { Cmd: ["node"], User: "app", StopSignal: "SIGINT", Healthcheck: { Test: ["NONE"] } },
};

const image = (given: Partial<LayeredImage> = {}): LayeredImage => ({
  ...{ tag: "stepdock/step:1", parent, labels: { changed: "yes" } },
  entries: [textEntry("stepdock/bundles/a.mjs", "1;", 0o444)],
  ...given,
});

const unpacked = async (given?: Partial<LayeredImage>) => {
  await using folder = await tempFolder();
  const { archive, layers } = await layerArchive(image(given));
  await pipeline(archive, extract(folder.path));
  const read = (name: string) => readFile(join(folder.path, name));
  const [manifest] = JSON.parse(String(await read("manifest.json"))) as {
    readonly [key: string]: string[];
    readonly Config: never;
  }[];
  const config = await read(manifest?.Config ?? "");
  return {
    layers,
    manifest,
    config: JSON.parse(String(config)),
    bytes: config,
    layer: await read("layer.tar"),
  };
};

test("the archive names every layer, and holds the last alone", async () => {
  const { layers, manifest, config, bytes, layer } = await unpacked();
  expect(layers).toEqual([...parent.layers, `sha256:${hash("sha256", layer)}`]);
  expect(config.rootfs).toEqual({ type: "layers", diff_ids: layers });
  expect(manifest).toEqual({
    Config: `${hash("sha256", bytes)}.json`,
    RepoTags: ["stepdock/step:1"],
    Layers: ["below-0.tar", "below-1.tar", "layer.tar"],
  });
});

test("everything of the parent's config is kept, its platform too; labels and variables are added or replaced", async () => {
  const { config } = await unpacked({ variables: { A: "2=3", B: "b\nb" } });
  expect(config).toMatchObject({ architecture: "arm64", variant: "v8", os: "linux" });
  expect(config.config).toEqual({
    ...parent.wholeConfig,
    Labels: { kept: "yes", changed: "yes" },
    Env: ["PATH=/bin", "A=2=3", "EMPTY", "B=b\nb"],
  });
});

test("equal entries make the same layer, others another", async () => {
  const same = await layerArchive(image());
  expect((await layerArchive(image({ tag: "stepdock/step:2" }))).layers).toEqual(same.layers);
  const other = await layerArchive(image({ entries: [textEntry("stepdock/bundles/a.mjs", "2;", 0o444)] }));
  expect(other.layers.at(-1)).not.toBe(same.layers.at(-1));
});
