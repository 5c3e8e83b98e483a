import { describe, expect, test } from "vitest";
import { anArtifact, aRun, aStepRun, at } from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

export const describeArtifactVersions = (make: MakeFixture): void => {
  /** Each makes one artifact of that name in a run of its own. */
  const publish = async (
    { store }: Awaited<ReturnType<MakeFixture>>,
    ids: readonly string[],
    name: string,
  ) => {
    for (const [index, id] of ids.entries()) {
      await store.createRun(aRun(`run-${id}`));
      await store.createStepRun(aStepRun(`step-${id}`, { runId: `run-${id}` }), {});
      const artifact = { ...anArtifact(id, `step-${id}`), name, createdAt: at(index) };
      await store.completeStepRun(`step-${id}`, { status: "completed" }, { model: artifact });
      await store.updateRun(`run-${id}`, { status: "completed" });
    }
  };

  describe("the versions of artifacts", () => {
    test("are counted by name, and listed with the newest first", async () => {
      await using fixture = await make();
      await publish(fixture, ["a", "b"], "p::train::model");
      await publish(fixture, ["c"], "weights");
      const { store } = fixture;
      const versions = await store.listArtifactVersions("p::train::model");
      expect(versions.map(({ id, version }) => [id, version])).toEqual([
        ["b", 2],
        ["a", 1],
      ]);
      const names = (await store.listArtifactNames()).map((each) => [
        each.name,
        each.id,
        each.version,
        each.versions,
      ]);
      expect(names).toEqual([
        ["p::train::model", "b", 2, 2],
        ["weights", "c", 1, 1],
      ]);
      expect(await store.listArtifactVersions("no such")).toEqual([]);
    });

    test("are not made by step runs that are cached", async () => {
      await using fixture = await make();
      await publish(fixture, ["a"], "weights");
      const { store } = fixture;
      await store.createRun(aRun("again"));
      const stepRun = aStepRun("cached", { runId: "again", status: "cached", cachedFrom: "step-a" });
      await store.createStepRuns([{ stepRun, inputs: {}, outputs: { model: "a" } }]);
      expect(await store.listArtifactVersions("weights")).toHaveLength(1);
    });

    test("have numbers that are never given out again", async () => {
      await using fixture = await make();
      await publish(fixture, ["a", "b"], "weights");
      await fixture.store.removeRun("run-b");
      await publish(fixture, ["c"], "weights");
      const versions = await fixture.store.listArtifactVersions("weights");
      expect(versions.map(({ id, version }) => [id, version])).toEqual([
        ["c", 3],
        ["a", 1],
      ]);
    });

    test("stay as long as a run of another pipeline takes them in", async () => {
      await using fixture = await make();
      await publish(fixture, ["a"], "weights");
      const { store } = fixture;
      await store.createRun(aRun("consumer"));
      await store.createStepRun(aStepRun("reads", { runId: "consumer" }), { model: "a" });
      expect(await store.removeRun("run-a")).toEqual([]);
      expect(await store.listArtifactVersions("weights")).toMatchObject([{ id: "a", version: 1 }]);
    });
  });
};
