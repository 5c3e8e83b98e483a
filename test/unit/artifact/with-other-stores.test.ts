import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { registerArtifactStoreFilesystem } from "../../../src/orchestrators.ts";
import { FILES, LOCATION, publish } from "../../contract/artifact-store/fixture.ts";

test("the store of a run reads and verifies artifacts of another one, and makes its own where it always did", async () => {
  await using root = await mkdtempDisposable(join(tmpdir(), "stepdock-stores-"));
  const [own, other] = ["default", "team"].map((name) => createLocalArtifactStore({ root: root.path, name }));
  if (!own || !other) throw new Error("there are two");
  const asked: string[] = [];
  const storeOf = async (uri: string) => {
    asked.push(uri);
    return other;
  };
  const store = registerArtifactStoreFilesystem(own, storeOf, root.path);
  const uri = other.uri(LOCATION);
  const artifact = await publish(other, uri);
  await store.verify(artifact);
  expect(asked).toEqual([uri]);
  expect(await readFile(join(store.path(uri), "value.json"), "utf8")).toBe(FILES["value.json"]);
  expect(store.uri(LOCATION)).toBe(own.uri(LOCATION));
});
