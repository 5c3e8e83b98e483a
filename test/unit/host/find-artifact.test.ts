import { expect, it } from "vitest";
import { artifactFinder } from "../../../src/host/find-artifact.ts";
import type { VersionedArtifact } from "../../../src/metadata/port.ts";
import { anArtifact } from "../../contract/metadata-records.ts";

const made: VersionedArtifact[] = [5, 4, 2].map((version) => ({
  ...{ ...anArtifact(`id-${version}`, "step"), name: "weights", version },
}));

const find = artifactFinder({
  listArtifactVersions: async (name) => made.filter((each) => each.name === name),
  listArtifactNames: async () => made.slice(0, 1).map((each) => ({ ...each, versions: made.length })),
});

it("finds the newest version of an artifact, or the one that is asked for", async () => {
  expect((await find({ name: "weights", version: "latest" })).id).toBe("id-5");
  expect((await find({ name: "weights", version: 2 })).id).toBe("id-2");
});

it("says which versions there are, and which name may be meant", async () => {
  await expect(find({ name: "weights", version: 3 })).rejects.toThrow(
    'Artifact "weights" has no version 3. It has: 5, 4, 2.',
  );
  await expect(find({ name: "wieghts", version: "latest" })).rejects.toThrow('Did you mean "weights"?');
  await expect(find({ name: "other", version: 1 })).rejects.toThrow(
    'There is no artifact "other". `stepdock artifacts`',
  );
});
