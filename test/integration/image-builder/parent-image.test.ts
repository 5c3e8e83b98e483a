import { beforeAll, describe, expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import { openConnection } from "../../../src/docker/dockerode-client.ts";
import { ImageBuildError } from "../../../src/docker/image-build-error.ts";
import { textEntry } from "../../../src/image-builder/build-from.ts";
import { BUSYBOX_IMAGE, ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { FOREIGN, loadForeignImage } from "../../fixtures/foreign-image.ts";
import { type BuilderTest, builderTest, bundles, script } from "./builder-fixture.ts";

const build = async (
  it: BuilderTest,
  settings: Parameters<ReturnType<BuilderTest["builder"]>["planEnvironment"]>[0],
) => {
  const builder = it.builder();
  const plan = await builder.planEnvironment(settings, [], it.progress);
  return builder.ensureImage(plan, bundles({ a: "1;" }), it.progress);
};

test("a parent that is nowhere to be had is named, with a way out", async () => {
  await using it = await builderTest();
  const parentImage = "localhost:1/stepdock-test/none:1";
  const failure = build(it, { parentImage });
  await expect(failure).rejects.toMatchObject({ code: "image_not_found", reference: parentImage });
  await expect(failure).rejects.toThrow(/registry cannot be reached.*docker load/);
});

test("a failure is not kept: once the parent is there, the same builder plans", async () => {
  await using it = await builderTest();
  const builder = it.builder();
  const parentImage = `localhost:1/stepdock-test/late:${process.pid}`;
  await expect(builder.planEnvironment({ parentImage }, [])).rejects.toThrow(parentImage);
  await it.engine.images.tag(await it.parent(), parentImage);
  expect((await builder.planEnvironment({ parentImage }, [])).parentImage).toBe(parentImage);
});

describe("a parent that steps cannot run in", () => {
  beforeAll(async () => {
    await using engine = await connectEngine();
    using connection = openConnection({ source: "test", url: engine.endpoint, explicit: true });
    await ensureBusyboxImage(connection.docker);
  });

  test("for want of Node is refused by name", async () => {
    await using it = await builderTest();
    const parentImage = await it.parent([], [], BUSYBOX_IMAGE);
    const failure = build(it, { parentImage });
    await expect(failure).rejects.toMatchObject({
      code: "parent_image_unusable",
      parentImage,
      found: undefined,
    });
    await expect(failure).rejects.toThrow(
      `Parent image ${parentImage} has no Node 24 or later on its PATH (found none).`,
    );
  });

  test("for an old Node is refused with the version that it has", async () => {
    await using it = await builderTest();
    const old = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.4" } });`;
    const instructions = ["COPY old.cjs /old.cjs", "ENV NODE_OPTIONS=--require=/old.cjs"];
    const parentImage = await it.parent(instructions, [textEntry("old.cjs", old)]);
    await expect(build(it, { parentImage })).rejects.toThrow(/on its PATH \(found v18\.20\.4\)/);
  });

  const foreign = async (it: BuilderTest, architecture: string): Promise<string> => {
    using connection = openConnection({ source: "test", url: it.engine.endpoint, explicit: true });
    const reference = `stepdock-test/foreign:${architecture}-${process.pid}`;
    return loadForeignImage(connection.docker, reference, { architecture, labels: it.markLabels });
  };

  test("for another processor is refused with its architecture and the engine's", async () => {
    await using it = await builderTest();
    const { architecture: engineArchitecture } = await it.engine.info();
    const parentImage = await foreign(it, FOREIGN);
    const failure = build(it, { parentImage });
    await expect(failure).rejects.toMatchObject({
      ...{ code: "parent_image_unusable", parentImage, architecture: FOREIGN, engineArchitecture },
    });
    await expect(failure).rejects.toThrow(
      `Parent image ${parentImage} is built for ${FOREIGN}, and this engine runs ${engineArchitecture}, ` +
        "so its Node cannot be executed.",
    );
  });

  test("for another processor is refused as well where it says that it is for this one", async () => {
    await using it = await builderTest();
    const { architecture } = await it.engine.info();
    const parentImage = await foreign(it, architecture);
    await expect(build(it, { parentImage })).rejects.toThrow(
      `Parent image ${parentImage} says it is built for ${architecture}, as this engine is, but has programs for another`,
    );
  });

  test("for another trouble of its Node is refused with that trouble", async () => {
    await using it = await builderTest();
    const instructions = ["ENV NODE_OPTIONS=--require=/gone.cjs"];
    const failure = await build(it, { parentImage: await it.parent(instructions) }).catch((error) => error);
    expect(failure).toBeInstanceOf(ImageBuildError);
    expect(failure.message).toContain("/gone.cjs");
  });
});

describe("apt packages", () => {
  test("are installed as they are named, with the variables not yet set, in the network that was asked for", async () => {
    await using it = await builderTest();
    const apt = script(
      "apt-get",
      '#!/bin/sh\necho "apt-get $DEBIAN_FRONTEND $*, A=$A" $(ls /sys/class/net)\n',
    );
    const parentImage = await it.parent(["COPY apt-get /usr/bin/apt-get", "USER 1000"], [apt]);
    const aptPackages = ["libc6", "git=1:2*"];
    await build(it, { parentImage, aptPackages, environment: { A: "late" }, buildNetwork: "none" });
    expect(it.lines).toContain("apt-get  update, A= lo");
    expect(it.lines).toContain(
      "apt-get noninteractive install -y --no-install-recommends git=1:2* libc6, A= lo",
    );
  });

  test("that cannot be installed fail the build with what apt-get, or the want of it, printed", async () => {
    await using it = await builderTest();
    const failure = build(it, { parentImage: await it.parent(), aptPackages: ["git"] });
    await expect(failure).rejects.toMatchObject({ code: "build_failed", exitCode: 127 });
    await expect(failure).rejects.toThrow(/apt-get update && .*\| .*apt-get: not found/s);
  });
});
