import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import type { MetadataStore } from "../../src/metadata/port.ts";
import { aSnapshot } from "./metadata-records.ts";
import { describeArtifactVersions } from "./metadata-store/artifact-versions.ts";
import { describeCaching } from "./metadata-store/caching.ts";
import { describeDocuments } from "./metadata-store/documents.ts";
import { describeDurations } from "./metadata-store/durations.ts";
import { describeFindingRuns } from "./metadata-store/finding-runs.ts";
import { describeImporting } from "./metadata-store/importing.ts";
import { describeRemoval } from "./metadata-store/removal.ts";
import { describeRuns } from "./metadata-store/runs.ts";
import { describeStepRuns } from "./metadata-store/step-runs.ts";

/** Opens the one store that lives in `directory`; called again, it opens the same one. */
export type OpenStore = (directory: string) => Promise<MetadataStore>;

/** What the suites work on: a store with `snapshot-1` in it, and a way to open it a second time. */
export interface StoreFixture extends AsyncDisposable {
  readonly store: MetadataStore;
  reopen(): Promise<MetadataStore>;
}
export type MakeFixture = () => Promise<StoreFixture>;

const fixtureMaker =
  (open: OpenStore): MakeFixture =>
  async () => {
    await using resources = new AsyncDisposableStack();
    const directory = resources.use(await mkdtempDisposable(join(tmpdir(), "stepdock-metadata-")));
    const store = resources.use(await open(directory.path));
    await store.saveSnapshot(aSnapshot());
    const kept = resources.move();
    return {
      store,
      reopen: async () => kept.use(await open(directory.path)),
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  };

/** The one suite of every metadata store: everything that the port's docstrings promise. */
export const describeMetadataStore = (name: string, open: OpenStore): void => {
  describe(`metadata store: ${name}`, () => {
    const make = fixtureMaker(open);
    describeDocuments(make);
    describeRuns(make);
    describeFindingRuns(make);
    describeStepRuns(make);
    describeCaching(make);
    describeDurations(make);
    describeRemoval(make);
    describeArtifactVersions(make);
    describeImporting(make);
  });
};
