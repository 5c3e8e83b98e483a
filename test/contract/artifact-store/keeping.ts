import { stat } from "node:fs/promises";
import { expect, it } from "vitest";
import { LOCATION, type OpenArtifactStore, openIn, publish } from "./fixture.ts";

export const describeKeeping = (open: OpenArtifactStore): void => {
  it("can be asked whether it can be used", async () => {
    await using fixture = await openIn(open);
    await fixture.store.check();
  });

  it("has what it stored, at its path, as it was published", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    const artifact = await publish(store, uri);
    await store.store(artifact);
    await store.fetch(artifact);
    await store.verify(artifact, { full: true });
    expect((await store.hash(uri)).contentHash).toBe(artifact.contentHash);
  });

  it("fetches the same artifact for several steps at once", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    const artifact = await publish(store, uri);
    await store.store(artifact);
    await Promise.all([1, 2, 3].map(() => store.fetch(artifact)));
    await store.verify(artifact);
  });

  it("has nothing any more of what was removed", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    const artifact = await publish(store, uri);
    await store.store(artifact);
    await store.remove(uri);
    const missing = expect.objectContaining({ code: "artifact_missing", uri, path: store.path(uri) });
    await expect(store.verify(artifact)).rejects.toEqual(missing);
    await expect(store.fetch(artifact)).rejects.toEqual(missing);
  });

  it("gives up what was written and not published, and leaves what was", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    const published = await publish(store, store.uri({ ...LOCATION, stepRunId: "run-2" }));
    await store.store(published);
    await publish(store, uri);
    await store.discard(uri);
    await store.discard(uri);
    await expect(stat(store.path(uri))).rejects.toMatchObject({ code: "ENOENT" });
    await store.fetch(published);
  });
};
