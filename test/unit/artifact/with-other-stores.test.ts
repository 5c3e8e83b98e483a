import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import type { ArtifactStore } from "../../../src/artifact/port.ts";
import { withOtherStores } from "../../../src/artifact/with-other-stores.ts";
import type { ArtifactVersion } from "../../../src/model/index.ts";
import { registerArtifactStoreFilesystem } from "../../../src/orchestrators.ts";
import { FILES, LOCATION, publish } from "../../contract/artifact-store/fixture.ts";
import { temporaryDirectory } from "./temporary.ts";

/** As a flavor of the user's may make it: what it does is in its class, what it knows is private. */
class OwnStore implements ArtifactStore {
  readonly id = "workspace/own";
  readonly name = "own";
  readonly #local: ArtifactStore;
  readonly told: string[] = [];

  constructor(root: string) {
    this.#local = createLocalArtifactStore({ root, name: this.name });
  }
  uri(...given: Parameters<ArtifactStore["uri"]>) {
    return this.#local.uri(...given);
  }
  path(uri: string) {
    return this.#local.path(uri);
  }
  async check() {
    this.told.push("check");
  }
  create(uri: string) {
    return this.#local.create(uri);
  }
  hash(...given: Parameters<ArtifactStore["hash"]>) {
    return this.#local.hash(...given);
  }
  stamps(...given: Parameters<ArtifactStore["stamps"]>) {
    return this.#local.stamps(...given);
  }
  async store() {
    this.told.push("store");
  }
  verify(...given: Parameters<ArtifactStore["verify"]>) {
    return this.#local.verify(...given);
  }
  async fetch() {
    this.told.push("fetch");
  }
  discard(uri: string) {
    return this.#local.discard(uri);
  }
  async remove() {
    this.told.push("remove");
  }
}

test("a store that is an object of a class does all that it did, beside other stores", async () => {
  await using folder = await temporaryDirectory();
  const own = new OwnStore(folder.path);
  const fetched: string[] = [];
  const other = async (uri: string) =>
    ({ fetch: async () => void fetched.push(uri) }) as unknown as ArtifactStore;
  const store = withOtherStores(own, other, folder.path);
  expect(store).toMatchObject({ id: own.id, name: own.name });
  const uri = store.uri({ stepName: "s", outputName: "o", stepRunId: "1" });
  await store.check();
  await store.create(uri);
  const { contentHash, sizeBytes } = await store.hash(uri);
  const artifact = {
    uri,
    contentHash,
    materializer: "json",
    stamps: await store.stamps(uri),
  } as ArtifactVersion;
  await store.store({ uri, contentHash, sizeBytes, materializer: "json" });
  await store.verify(artifact);
  await store.fetch(artifact);
  await store.discard(uri);
  await store.remove(uri);
  expect(own.told).toEqual(["check", "store", "fetch", "remove"]);
  await store.fetch({ ...artifact, uri: "local://other/s/o/1" });
  expect(fetched).toEqual(["local://other/s/o/1"]);
  expect(store.path("local://other/s/o/1")).toBe(`${folder.path}/other/s/o/1`);
});

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
