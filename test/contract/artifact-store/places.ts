import { readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { LOCATION, type OpenArtifactStore, openIn } from "./fixture.ts";

export const describePlaces = (open: OpenArtifactStore): void => {
  it("has an id that is no path", async () => {
    await using fixture = await openIn(open);
    expect(fixture.store.id).not.toContain(fixture.outside);
    expect(fixture.store.id).not.toContain("/");
  });

  it("gives every location a URI and a directory of its own", async () => {
    await using fixture = await openIn(open);
    const { store } = fixture;
    const uris = [
      LOCATION,
      { ...LOCATION, stepName: "trai", outputName: "n/model" },
      { ...LOCATION, outputName: "Model" },
      { ...LOCATION, stepName: ".." },
      { ...LOCATION, stepName: "train/model", outputName: "x" },
      { ...LOCATION, outputName: "x".repeat(400) },
      { ...LOCATION, outputName: `${"x".repeat(399)}y` },
    ].map((location) => store.uri(location));
    expect(new Set(uris).size).toBe(uris.length);
    for (const uri of uris) await store.create(uri);
    expect(new Set(uris.map((uri) => store.path(uri).toLowerCase())).size).toBe(uris.length);
  });

  it("has the URI that ZenML's users know", async () => {
    await using fixture = await openIn(open);
    expect(fixture.uri).toBe(`local://${fixture.store.name}/train/model/run-1`);
  });

  it.each([
    "s3://default/train/model/run-1",
    "local://another-store/train/model/run-1",
    "local://NAME/../../run-1",
    "local://NAME/%2e%2e/./run-1",
    "local://NAME/train/model/..",
    "local://NAME/train/model/run%2F1",
    "local://NAME/train/model/run-1/more",
    "local://NAME/train//run-1",
    "local://NAME/train/model/%",
    "/etc/passwd",
    "",
  ])("refuses %j as the URI of an artifact of its own", async (template) => {
    await using fixture = await openIn(open);
    const uri = template.replace("NAME", fixture.store.name);
    expect(() => fixture.store.path(uri)).toThrow(
      expect.objectContaining({ code: "artifact_uri_invalid", uri }),
    );
    await expect(fixture.store.remove(uri)).rejects.toMatchObject({ code: "artifact_uri_invalid" });
  });

  it("makes an empty directory, and refuses to make it again", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    await store.create(uri);
    expect(await readdir(store.path(uri))).toEqual([]);
    await expect(store.create(uri)).rejects.toMatchObject({
      code: "artifact_exists",
      uri,
      path: store.path(uri),
    });
  });

  it("makes many directories at once", async () => {
    await using fixture = await openIn(open);
    const { store } = fixture;
    const uris = Array.from({ length: 20 }, (_, index) =>
      store.uri({ ...LOCATION, stepRunId: `run-${index}` }),
    );
    await Promise.all(uris.map((uri) => store.create(uri)));
    expect(await Promise.all(uris.map((uri) => readdir(store.path(uri))))).toEqual(uris.map(() => []));
  });
};
