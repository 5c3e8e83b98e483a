import { describe, expect, test } from "vitest";
import type { RunRecords } from "../../../src/metadata/port.ts";
import {
  aBuild,
  aFullRun,
  aFullStepRun,
  anArtifact,
  aRun,
  aSnapshot,
  aStepRun,
} from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

const RECORDS: RunRecords = {
  run: { ...aFullRun("run-1"), status: "completed", snapshotId: "elsewhere", buildId: "build-1" },
  snapshot: aSnapshot("elsewhere"),
  build: aBuild("build-1", "elsewhere"),
  stepRuns: [
    { stepRun: aFullStepRun("made"), inputs: {}, outputs: { model: "model" } },
    { stepRun: aStepRun("consumer", { status: "completed" }), inputs: { in: "model" }, outputs: {} },
  ],
  artifacts: [anArtifact("model", "made")],
};

export const describeImporting = (make: MakeFixture): void => {
  describe("importing a run", () => {
    test("adds it with all that belongs to it", async () => {
      await using fixture = await make();
      await fixture.store.importRun(RECORDS);
      const store = await fixture.reopen();
      expect(await store.getRun("run-1")).toStrictEqual(RECORDS.run);
      expect(await store.getSnapshot("elsewhere")).toStrictEqual(RECORDS.snapshot);
      expect(await store.getBuild("build-1")).toStrictEqual(RECORDS.build);
      expect(await store.listStepRuns("run-1")).toStrictEqual(RECORDS.stepRuns.map(({ stepRun }) => stepRun));
      expect(await store.outputsOf("made")).toStrictEqual({ model: RECORDS.artifacts[0] });
      expect(await store.inputsOf("consumer")).toStrictEqual({ in: RECORDS.artifacts[0] });
      const versions = await store.listArtifactVersions(RECORDS.artifacts[0]?.name ?? "");
      expect(versions.map(({ version }) => version)).toEqual([1]);
    });

    test("adds nothing where a part of it cannot be added", async () => {
      await using fixture = await make();
      const { store } = fixture;
      await store.createRun(aRun("other"));
      await store.createStepRun(aStepRun("consumer", { runId: "other" }), {});
      await expect(store.importRun(RECORDS)).rejects.toThrow();
      expect(await store.getRun("run-1")).toBeUndefined();
      expect(await store.getSnapshot("elsewhere")).toBeUndefined();
      expect(await store.getBuild("build-1")).toBeUndefined();
      expect(await store.getArtifact("model")).toBeUndefined();
    });
  });
};
