import { describe, expect, test } from "vitest";
import type { ImageRecord } from "../../../src/docker/port.ts";
import { environmentReference } from "../../../src/image-builder/image-names.ts";
import {
  BUNDLES_IN_IMAGE,
  StepEntrypointConfiguration,
} from "../../../src/step-runner/step-entrypoint-configuration.ts";
import { type BuilderTest, builderTest, bundles, printed } from "./builder-fixture.ts";

const inspect = async ({ engine }: BuilderTest, reference: string): Promise<ImageRecord> => {
  const image = await engine.images.inspect(reference);
  if (!image) throw new Error(`${reference} is not there`);
  return image;
};

describe("an image of the default environment", () => {
  test("has the entrypoint and each bundle where a step starts them, for any user", async () => {
    await using it = await builderTest();
    const plan = await it.builder().planEnvironment({}, [], it.progress);
    const files = bundles({ aaa: 'console.log("bundle a");', bbb: 'console.log("bundle b");' });
    const { image, reused } = await it.builder().ensureImage(plan, files, it.progress);
    expect(reused).toBe(false);
    const command = StepEntrypointConfiguration.getEntrypointCommand();
    expect(await printed(it, image.reference, [...command, "me"])).toBe("entrypoint of me (0)");
    for (const name of ["a", "b"]) {
      const path = `${BUNDLES_IN_IMAGE}/${name.repeat(3)}.mjs`;
      expect(await printed(it, image.reference, ["node", path])).toBe(`bundle ${name} (0)`);
    }
    const modes = await printed(it, image.reference, [
      "sh",
      "-c",
      `stat -c %a ${BUNDLES_IN_IMAGE} ${BUNDLES_IN_IMAGE}/*`,
    ]);
    expect(modes).toBe("755\n444\n444 (0)");
  });

  test("is used again by another builder, whatever the order of its bundles, and nothing is built", async () => {
    await using it = await builderTest();
    const plan = await it.builder().planEnvironment({}, []);
    const first = await it.builder().ensureImage(plan, bundles({ a: "1;", b: "2;" }));
    const other = it.builder();
    const planned = await other.planEnvironment({}, []);
    expect(planned).toEqual(plan);
    const again = await other.ensureImage(planned, bundles({ b: "2;", a: "1;" }), it.progress);
    expect(again).toEqual({ image: first.image, reused: true });
    expect(it.lines).toEqual([]);
  });

  test("is labelled with what it is, its environment and the workspace", async () => {
    await using it = await builderTest();
    const plan = await it.builder().planEnvironment({}, []);
    const { image } = await it.builder().ensureImage(plan, bundles({ a: "1;" }));
    const common = {
      "dev.stepdock.environment-key": plan.key,
      "dev.stepdock.workspace": it.workspaceId,
    };
    const { labels } = await inspect(it, image.reference);
    expect(labels).toMatchObject({ ...common, "dev.stepdock.image": "step" });
    const environment = await inspect(it, environmentReference(plan.key));
    expect(environment.labels).toMatchObject({ ...common, "dev.stepdock.image": "environment" });
    expect(image).toMatchObject({ environmentKey: plan.key, parentImage: plan.parentImage });
  });

  test("gets only a new last layer when a bundle changes", async () => {
    await using it = await builderTest();
    const builder = it.builder();
    const plan = await builder.planEnvironment({}, []);
    const before = (await builder.ensureImage(plan, bundles({ a: "1;" }))).image;
    const environment = await inspect(it, environmentReference(plan.key));
    const after = (await builder.ensureImage(plan, bundles({ changed: "2;" }), it.progress)).image;
    expect(after.reference).not.toBe(before.reference);
    expect((await inspect(it, environmentReference(plan.key))).id).toBe(environment.id);
    const [old, changed] = [await inspect(it, before.reference), await inspect(it, after.reference)];
    expect(changed.layers.slice(0, -1)).toEqual(environment.layers);
    expect(old.layers.slice(0, -1)).toEqual(environment.layers);
    expect(changed.layers.at(-1)).not.toBe(old.layers.at(-1));
    expect(it.environmentsBuilt()).toEqual([]);
  });
});

describe("calls at the same time", () => {
  test("make one environment for two images, and one image for two callers", async () => {
    await using it = await builderTest();
    const builder = it.builder();
    const plan = await builder.planEnvironment({}, []);
    const asked = [{ a: "1;" }, { b: "2;" }, { a: "1;" }];
    const made = await Promise.all(
      asked.map((code) => builder.ensureImage(plan, bundles(code), it.progress)),
    );
    const [first, second, third] = made.map(({ image }) => image);
    expect(it.environmentsBuilt()).toHaveLength(1);
    expect(second).not.toEqual(first);
    expect(third).toEqual(first);
    expect(it.lines.filter((line) => /^Loaded image: stepdock\/step:/.test(line))).toHaveLength(2);
  });

  test("an interrupted one leaves the others and those that follow alone", async () => {
    await using it = await builderTest();
    const parentImage = await it.parent();
    const builder = it.builder();
    const plan = await builder.planEnvironment({ parentImage }, []);
    const aborter = new AbortController();
    const begun = Promise.withResolvers<void>();
    const interrupted = builder.ensureImage(plan, bundles({ a: "1;" }), {
      signal: aborter.signal,
      onOutput: (line) => {
        begun.resolve();
        // The parent's Node has run by then: the other waits for the same environment.
        if (line.startsWith("Step 4")) aborter.abort();
      },
    });
    await begun.promise;
    const patient = builder.ensureImage(plan, bundles({ b: "2;" }), it.progress);
    await expect(interrupted).rejects.toMatchObject({ code: "interrupted" });
    expect((await patient).reused).toBe(false);
    expect((await builder.ensureImage(plan, bundles({ a: "1;" }))).reused).toBe(false);
  });
});
