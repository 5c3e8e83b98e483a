import { describe, expect, test } from "vitest";
import { aBuild, aSnapshot } from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

export const describeDocuments = (make: MakeFixture): void => {
  describe("the workspace id, snapshots and builds", () => {
    test("the workspace id is the same each time and differs between stores", async () => {
      await using one = await make();
      await using other = await make();
      expect(one.store.workspaceId).toMatch(/\S{8,}/);
      expect((await one.reopen()).workspaceId).toBe(one.store.workspaceId);
      expect(other.store.workspaceId).not.toBe(one.store.workspaceId);
    });

    test("a snapshot and a build come back as they were saved, also from another connection", async () => {
      await using fixture = await make();
      await fixture.store.saveBuild(aBuild());
      const other = await fixture.reopen();
      expect(await other.getSnapshot("snapshot-1")).toStrictEqual(aSnapshot());
      expect(await other.getBuild("build-1")).toStrictEqual(aBuild());
    });

    test("unknown ids give undefined", async () => {
      await using fixture = await make();
      expect(await fixture.store.getSnapshot("nowhere")).toBeUndefined();
      expect(await fixture.store.getBuild("nowhere")).toBeUndefined();
      expect(await fixture.store.getRun("nowhere")).toBeUndefined();
      expect(await fixture.store.getStepRun("nowhere")).toBeUndefined();
      expect(await fixture.store.getArtifact("nowhere")).toBeUndefined();
      expect(await fixture.store.inputsOf("nowhere")).toEqual({});
      expect(await fixture.store.listStepRuns("nowhere")).toEqual([]);
    });

    test("saving a snapshot or a build that is stored already changes nothing", async () => {
      await using fixture = await make();
      await fixture.store.saveBuild(aBuild());
      await fixture.store.saveSnapshot({ ...aSnapshot(), pipelineName: "another" });
      await fixture.store.saveBuild({ ...aBuild(), images: [] });
      expect(await fixture.store.getSnapshot("snapshot-1")).toStrictEqual(aSnapshot());
      expect(await fixture.store.getBuild("build-1")).toStrictEqual(aBuild());
    });
  });
};
