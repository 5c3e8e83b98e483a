import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";

test("a store is made once for all who ask for it, and asked for again where there was none", async () => {
  await using root = await mkdtempDisposable(join(tmpdir(), "stepdock-workspace-"));
  const asked: string[] = [];
  await using workspace = await openWorkspace(root.path, async (name, { paths }) => {
    asked.push(name);
    if (asked.length === 1) throw new Error("there is none yet");
    return createLocalArtifactStore({ root: paths.stores, name });
  });
  await expect(workspace.storeNamed("team")).rejects.toThrow("there is none yet");
  const stores = await Promise.all([
    workspace.storeNamed("team"),
    workspace.artifactStoreOf("local://team/step/output/1"),
  ]);
  expect(stores[0]).toBe(stores[1]);
  expect(await workspace.storeNamed("team")).toBe(stores[0]);
  expect(await workspace.artifactStoreOf("local://default/step/output/1")).toBe(workspace.artifactStore);
  expect(asked).toEqual(["team", "team"]);
});
