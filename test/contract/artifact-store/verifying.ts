import { cp, link, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { clockTick, type OpenArtifactStore, openIn, publish } from "./fixture.ts";

export const describeVerifying = (open: OpenArtifactStore): void => {
  it("finds an artifact whole that nobody touched", async () => {
    await using fixture = await openIn(open);
    const artifact = await publish(fixture.store, fixture.uri);
    await fixture.store.verify(artifact);
    await fixture.store.verify(artifact, { full: true });
  });

  it("finds one whole that was merely touched or linked", async () => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    const artifact = await publish(store, uri);
    await utimes(join(store.path(uri), "value.json"), 1, 1);
    await link(join(store.path(uri), "value.json"), join(outside, "backup"));
    expect(await store.stamps(uri)).not.toEqual(artifact.stamps);
    await store.verify(artifact);
  });

  it("finds one whole in a copy of the workspace", async () => {
    await using fixture = await openIn(open);
    await using copy = await openIn(open);
    const artifact = await publish(fixture.store, fixture.uri);
    await cp(fixture.outside, copy.outside, { recursive: true });
    expect(copy.store.path(artifact.uri)).not.toBe(fixture.store.path(artifact.uri));
    await copy.store.verify(artifact);
    await copy.store.verify(artifact, { full: true });
  });

  it("says that an artifact is missing, and where it was", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    const artifact = await publish(store, uri);
    await rm(store.path(uri), { recursive: true });
    const missing = expect.objectContaining({ code: "artifact_missing", uri, path: store.path(uri) });
    await expect(store.verify(artifact)).rejects.toEqual(missing);
    await expect(store.hash(uri)).rejects.toEqual(missing);
    await expect(store.stamps(uri)).rejects.toEqual(missing);
  });

  it.each<[string, (directory: string) => Promise<unknown>]>([
    ["a changed file", (directory) => writeFile(join(directory, "value.json"), "[1,2,3]")],
    ["a file of the same size", (directory) => writeFile(join(directory, "value.json"), "[2,1]")],
    ["an added file", (directory) => writeFile(join(directory, "nested", "more"), "")],
    ["a removed file", (directory) => rm(join(directory, "nested", "b"))],
    [
      "a copied directory",
      (directory) => cp(join(directory, "nested"), join(directory, "n"), { recursive: true }),
    ],
  ])("finds %s, and names both hashes", async (_what, damage) => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    const artifact = await publish(store, uri);
    await clockTick(artifact, outside);
    await damage(store.path(uri));
    const { contentHash } = await store.hash(uri);
    expect(contentHash).not.toBe(artifact.contentHash);
    await expect(store.verify(artifact)).rejects.toMatchObject({
      code: "artifact_damaged",
      uri,
      path: store.path(uri),
      expectedHash: artifact.contentHash,
      actualHash: contentHash,
    });
  });

  it("notices a change of the same size whose time was set back", async () => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    const artifact = await publish(store, uri);
    const file = join(store.path(uri), "value.json");
    await utimes(file, 1, 1);
    const stamped = { ...artifact, stamps: await store.stamps(uri) };
    await clockTick(stamped, outside);
    await writeFile(file, "[2,1]");
    await utimes(file, 1, 1);
    expect((await stat(file)).mtimeMs).toBe(stamped.stamps.at(-1)?.mtimeMs);
    await expect(store.verify(stamped)).rejects.toMatchObject({ code: "artifact_damaged" });
  });

  it("reads no content where no status differs, and all of it with full", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    const artifact = await publish(store, uri);
    await writeFile(join(store.path(uri), "value.json"), "[2,1]");
    const believed = { ...artifact, stamps: await store.stamps(uri) };
    await store.verify(believed);
    await expect(store.verify(believed, { full: true })).rejects.toMatchObject({ code: "artifact_damaged" });
  });
};
