import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ContainerEngine, ImageRecord } from "../../../src/docker/port.ts";
import { DockerRequestError } from "../../../src/docker/request-error.ts";
import { ensureBaseImage } from "../../../src/image-builder/base-image.ts";
import { layerArchive } from "../../../src/image-builder/layer-archive.ts";
import { createLocalImageBuilder } from "../../../src/image-builder/local-image-builder.ts";
import { BUNDLES_IN_IMAGE } from "../../../src/step-runner/step-entrypoint-configuration.ts";
import { countingEngine } from "../../fixtures/counting-engine.ts";
import { type BuilderTest, builderTest, bundles, printed } from "./builder-fixture.ts";

let it: BuilderTest;
beforeAll(async () => {
  it = await builderTest();
});
afterAll(() => it[Symbol.asyncDispose]());

const inspect = async (reference: string): Promise<ImageRecord> => {
  const image = await it.engine.images.inspect(reference);
  if (!image) throw new Error(`${reference} is not there`);
  return image;
};

/** An engine like the real one but for what `load` does. */
const loadingBy = (load: ContainerEngine["images"]["load"]): ContainerEngine => ({
  ...it.engine,
  images: { ...it.engine.images, load },
});

const builderOver = (engine: ContainerEngine) =>
  createLocalImageBuilder({
    ...{ engine: async () => engine, entrypoint: { path: `${it.folder}/entrypoint.mjs` } },
    ...{ projectRoot: it.folder, workspaceId: it.workspaceId },
  });

describe("requests to the engine", () => {
  test("an unchanged image is one inspect; planning its environment, two at most", async () => {
    await using counted = await countingEngine(it.engine);
    const first = it.builder();
    const files = bundles({ a: "1;" });
    await first.ensureImage(await first.planEnvironment({}, []), files);
    const builder = builderOver(counted.engine);
    const plan = await builder.planEnvironment({}, []);
    const planned = counted.taken();
    expect(planned.length).toBeLessThanOrEqual(2);
    expect(planned.filter((line) => !/^GET .*\/images\/.*\/json$/.test(line))).toEqual([]);
    const { image, reused } = await builder.ensureImage(plan, files);
    expect(reused).toBe(true);
    expect(counted.taken()).toEqual([expect.stringMatching(`^GET .*/images/${image.reference}/json$`)]);
  });

  test("changed code is loaded as one layer, and neither a builder nor a container has a part in it", async () => {
    await using counted = await countingEngine(it.engine);
    const builder = builderOver(counted.engine);
    const plan = await builder.planEnvironment({}, []);
    await builder.ensureImage(plan, bundles({ a: "1;" }));
    counted.taken();
    const { reused } = await builder.ensureImage(plan, bundles({ a: "2;", c: "3;" }));
    expect(reused).toBe(false);
    expect(counted.taken().map((line) => line.replace(/ .*\/images\/.*(load|json).*/, " $1"))).toEqual([
      ...["GET json", "GET json", "POST load", "GET json"],
    ]);
  });
});

describe("a loaded image", () => {
  test("differs from a built one in nothing that a step sees, its labels among it", async () => {
    const settings = { environment: { A: "it's $HOME\nand more", NODE_ENV: "x" } };
    const loaded = it.builder();
    const plan = await loaded.planEnvironment(settings, []);
    const { image } = await loaded.ensureImage(plan, bundles({ same: "1;" }));
    const byLoad = await inspect(image.reference);
    expect(await printed(it, image.reference, ["node", "-p", "process.env.A"])).toBe(
      "it's $HOME\nand more (0)",
    );
    await it.engine.images.remove(image.reference);
    await it.engine.images.remove(`stepdock/environment:${plan.key.slice(0, 24)}`);

    const built = builderOver(loadingBy(refusal));
    const again = await built.ensureImage(await built.planEnvironment(settings, []), bundles({ same: "1;" }));
    const byBuild = await inspect(again.image.reference);
    expect(again.image.reference).toBe(image.reference);
    expect(byBuild.id).not.toBe(byLoad.id);
    const { config, labels, architecture, os, variant } = byLoad;
    expect(byBuild).toMatchObject({ config, labels, architecture, os, variant });
  });

  test("has a last layer that is the same for the same bundles", async () => {
    const builder = it.builder();
    const plan = await builder.planEnvironment({}, []);
    const files = bundles({ again: "1;" });
    const { image } = await builder.ensureImage(plan, files);
    const before = await inspect(image.reference);
    await it.engine.images.remove(image.reference);
    await builder.ensureImage(plan, files);
    expect((await inspect(image.reference)).layers).toEqual(before.layers);
  });
});

const refusal: ContainerEngine["images"]["load"] = async (archive, tag) => {
  await buffer(archive);
  throw new DockerRequestError("load image", tag, new Error('layer "below-0.tar" not found'));
};

describe("an engine that cannot load a layer alone", () => {
  test("builds the image instead, and says so", async () => {
    const lines: string[] = [];
    const builder = builderOver(loadingBy(refusal));
    const plan = await builder.planEnvironment({}, []);
    const progress = { onOutput: (line: string) => void lines.push(line) };
    const { image } = await builder.ensureImage(plan, bundles({ r: 'console.log("r");' }), progress);
    expect(lines).toContain(
      `Docker could not load image ${image.reference}: layer "below-0.tar" not found. It is built instead.`,
    );
    expect(await printed(it, image.reference, ["node", `${BUNDLES_IN_IMAGE}/r.mjs`])).toBe("r (0)");
  });

  test("is not asked to where it says beforehand how it keeps images", async () => {
    const asked: string[] = [];
    const { images } = it.engine;
    const engine: ContainerEngine = {
      ...it.engine,
      images: {
        ...images,
        build: async (...request) => ({ ...(await images.build(...request)), keptAsBlobs: true }),
        inspect: async (...request) => {
          const image = await images.inspect(...request);
          return image && { ...image, keptAsBlobs: true };
        },
        load: async (_, tag) => expect.unreachable(String(asked.push(tag))),
      },
    };
    const builder = builderOver(engine);
    const plan = await builder.planEnvironment({}, []);
    const { image } = await builder.ensureImage(plan, bundles({ blobs: 'console.log("b");' }));
    expect(asked).toEqual([]);
    expect(await printed(it, image.reference, ["node", `${BUNDLES_IN_IMAGE}/blobs.mjs`])).toBe("b (0)");
  });

  test("is told from one that went away or was interrupted, which build nothing", async () => {
    const gone = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const builder = builderOver(
      loadingBy(async (_, tag) => Promise.reject(new DockerRequestError("load image", tag, gone))),
    );
    const plan = await builder.planEnvironment({}, []);
    await expect(builder.ensureImage(plan, bundles({ gone: "1;" }))).rejects.toMatchObject({
      code: "engine_unavailable",
    });
    const interrupted = it
      .builder()
      .ensureImage(plan, bundles({ gone: "1;" }), { signal: AbortSignal.abort() });
    await expect(interrupted).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("an archive that the engine cannot make an image of", () => {
  test("rejects with the engine's words, and no image is there", async () => {
    const { image } = await ensureBaseImage(it.engine);
    const parent = { ...image, layers: [...image.layers, `sha256:${"0".repeat(64)}`] };
    const tag = `stepdock-test/lost:${it.workspaceId}`;
    const { archive } = await layerArchive({ tag, parent, entries: [], labels: it.markLabels });
    await expect(it.engine.images.load(archive, tag)).rejects.toMatchObject({
      code: "docker_request_failed",
      message: expect.stringContaining("no such file"),
    });
    expect(await it.engine.images.inspect(tag)).toBeUndefined();
  });
});
