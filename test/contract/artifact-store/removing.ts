import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LOCATION, type OpenArtifactStore, openIn, PLANTED, publish } from "./fixture.ts";

export const describeRemoving = (open: OpenArtifactStore): void => {
  it("removes an artifact, and takes one that is gone for removed", async () => {
    await using fixture = await openIn(open);
    const { store, uri } = fixture;
    await publish(store, uri);
    const neighbour = await publish(store, store.uri({ ...LOCATION, stepRunId: "run-2" }));
    await store.remove(uri);
    await expect(stat(store.path(uri))).rejects.toMatchObject({ code: "ENOENT" });
    await store.remove(uri);
    await store.verify(neighbour);
  });

  it.each(Object.entries(PLANTED))("removes %s, and nothing behind it", async (_what, plant) => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    await publish(store, uri);
    await writeFile(join(outside, "keep"), "kept");
    await plant(join(store.path(uri), "planted"), outside);
    await store.remove(uri);
    await expect(stat(store.path(uri))).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readFile(join(outside, "keep"), "utf8")).toBe("kept");
  });

  it("removes a link in the artifact's place, not what it leads to", async () => {
    await using fixture = await openIn(open);
    const { store, uri, outside } = fixture;
    await publish(store, uri);
    await rm(store.path(uri), { recursive: true });
    await mkdir(join(outside, "elsewhere"));
    await writeFile(join(outside, "elsewhere", "keep"), "kept");
    await symlink(join(outside, "elsewhere"), store.path(uri));
    await store.remove(uri);
    expect(await readdir(join(outside, "elsewhere"))).toEqual(["keep"]);
  });
};
