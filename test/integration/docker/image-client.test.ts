import { describe, expect, it } from "vitest";
import { tarOf } from "../../fixtures/tar.ts";
import { engineWithImages, importFile, TEST_LABELS } from "./image-fixture.ts";

describe("import", () => {
  it("makes an image of one layer with the config that its changes say", async () => {
    await using test = await engineWithImages();
    const tag = test.name();
    const changes = ["ENV A=1", 'CMD ["/hello"]', "WORKDIR /work", "USER 5:6"];
    const image = await importFile(test.engine, tag, changes);
    expect(image.tags).toEqual([tag]);
    expect(image.layers).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
    expect(image.config).toMatchObject({ env: ["A=1"], command: ["/hello"], workdir: "/work", user: "5:6" });
    expect(image.labels).toMatchObject(TEST_LABELS);
    expect(await test.images.inspect(tag)).toEqual(image);
  });

  it("rejects what is no tar, and makes no image", async () => {
    await using test = await engineWithImages();
    const tag = test.name();
    const noTar = tarOf({ a: "b" }).map((chunk: Buffer) => Buffer.alloc(chunk.length, "x"));
    await expect(test.images.import(noTar, tag, [])).rejects.toMatchObject({ code: "docker_request_failed" });
    expect(await test.images.inspect(tag)).toBeUndefined();
  });
});

describe("tag, list and remove", () => {
  it("give one image two names and take them away again", async () => {
    await using test = await engineWithImages();
    const [first, second] = [test.name(), test.name()];
    const image = await importFile(test.engine, first, [`LABEL stepdock-test-only=${first}`]);
    await test.images.tag(first, second);
    const [listed, ...others] = await test.images.list({ "stepdock-test-only": first });
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ id: image.id, layers: image.layers });
    expect(listed?.tags.toSorted()).toEqual([first, second].toSorted());
    await test.images.remove(first);
    expect((await test.images.inspect(second))?.tags).toEqual([second]);
    expect(await test.images.inspect(first)).toBeUndefined();
  });

  it("list nothing for labels that no image has", async () => {
    await using test = await engineWithImages();
    expect(await test.images.list({ ...TEST_LABELS, "stepdock-test-none": "x" })).toEqual([]);
  });

  it("remove what is not there without complaint", async () => {
    await using test = await engineWithImages();
    await expect(test.images.remove(test.name())).resolves.toBeUndefined();
  });

  it("say that an image to tag is not there", async () => {
    await using test = await engineWithImages();
    const error = { code: "image_not_found", reason: "absent" };
    await expect(test.images.tag(test.name(), test.name())).rejects.toMatchObject(error);
  });
});

describe("inspect", () => {
  it("tells a name that cannot be from one that is not there", async () => {
    await using test = await engineWithImages();
    expect(await test.images.inspect(test.name())).toBeUndefined();
    await expect(test.images.inspect("NO GOOD")).rejects.toThrow(
      /inspect image NO GOOD: .*invalid reference/,
    );
  });
});
