import { cp, rm, stat, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FILES, LOCATION, type OpenArtifactStore, openIn, PLANTED, publish } from "./fixture.ts";

export const describeHashing = (open: OpenArtifactStore): void => {
  it("tells the hash and the size of all files", async () => {
    await using fixture = await openIn(open);
    const { contentHash, sizeBytes } = await publish(fixture.store, fixture.uri);
    expect(contentHash).toMatch(/^[0-9a-f]{64}$/);
    expect(sizeBytes).toBe(6);
  });

  it("hashes names and contents, not the order of writing, nor the time", async () => {
    await using fixture = await openIn(open);
    const { store } = fixture;
    const reversed = Object.fromEntries(Object.entries(FILES).reverse()) as typeof FILES;
    const first = await publish(store, fixture.uri);
    const second = await publish(store, store.uri({ ...LOCATION, stepRunId: "run-2" }), reversed);
    await utimes(join(store.path(second.uri), "value.json"), 1, 1);
    expect((await store.hash(second.uri)).contentHash).toBe(first.contentHash);
  });

  it.each<[string, Record<string, string>]>([
    ["another content", { "value.json": "[2,1]", "nested/deep/é.txt": "x", "nested/b": "" }],
    ["another name", { "value.jsom": "[1,2]", "nested/deep/é.txt": "x", "nested/b": "" }],
    ["another place", { "value.json": "[1,2]", "nested/é.txt": "x", "nested/b": "" }],
    ["one file less", { "value.json": "[1,2]", "nested/deep/é.txt": "x" }],
    ["the bytes cut elsewhere", { "value.json": "[1,2]x", "nested/deep/é.txt": "", "nested/b": "" }],
  ])("gives %s another hash", async (_what, files) => {
    await using fixture = await openIn(open);
    const { store } = fixture;
    const first = await publish(store, fixture.uri);
    const other = await publish(store, store.uri({ ...LOCATION, stepRunId: "run-2" }), files as typeof FILES);
    expect(other.contentHash).not.toBe(first.contentHash);
  });

  it("tells the status of every file", async () => {
    await using fixture = await openIn(open);
    const { stamps } = await publish(fixture.store, fixture.uri);
    expect(stamps.map(({ path }) => path)).toEqual(["nested/b", "nested/deep/é.txt", "value.json"]);
    const { size, mtimeMs, ctimeMs, ino } = await stat(join(fixture.store.path(fixture.uri), "value.json"));
    expect(stamps[2]).toEqual({ path: "value.json", sizeBytes: size, mtimeMs, ctimeMs, inode: ino });
  });

  it("stops hashing when it is told to", async () => {
    await using fixture = await openIn(open);
    await publish(fixture.store, fixture.uri);
    const reason = new Error("enough");
    await expect(fixture.store.hash(fixture.uri, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.each(Object.entries(PLANTED))("refuses %s inside an artifact", async (_what, plant) => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    const artifact = await publish(store, uri);
    const path = join(store.path(uri), "nested", "planted");
    await plant(path, outside);
    const refusal = expect.objectContaining({ code: "artifact_damaged", path, uri });
    await expect(store.hash(uri)).rejects.toEqual(refusal);
    await expect(store.stamps(uri)).rejects.toEqual(refusal);
    await expect(store.verify(artifact)).rejects.toEqual(refusal);
  });

  it("refuses an artifact's directory that was swapped for a link", async () => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    const artifact = await publish(store, uri);
    await cp(store.path(uri), join(outside, "elsewhere"), { recursive: true });
    await rm(store.path(uri), { recursive: true });
    await symlink(join(outside, "elsewhere"), store.path(uri));
    await expect(store.verify(artifact)).rejects.toMatchObject({
      code: "artifact_damaged",
      path: store.path(uri),
    });
  });
};
