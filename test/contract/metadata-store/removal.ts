import { describe, expect, test } from "vitest";
import { type ExecutionStatus, IMPORTED } from "../../../src/model/index.ts";
import { anArtifact, aRun, aStepRun } from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

const UNFINISHED: readonly ExecutionStatus[] = [
  "initializing",
  "provisioning",
  "running",
  "retrying",
  "stopping",
];

export const describeRemoval = (makeEmpty: MakeFixture): void => {
  /** `first` made `own`, `shared` and `taken`; `second` has `shared` as a cached output and `taken` as an input. */
  const make: MakeFixture = async () => {
    const fixture = await makeEmpty();
    const { store } = fixture;
    for (const id of ["first", "second"]) await store.createRun(aRun(id));
    await store.createStepRun(aStepRun("made", { runId: "first" }), {});
    const outputs = ["own", "shared", "taken"].map((id) => [id, anArtifact(id, "made")] as const);
    await store.completeStepRun("made", { status: "completed" }, Object.fromEntries(outputs));
    const cached = aStepRun("cached", { runId: "second", status: "cached", cachedFrom: "made" });
    await store.createStepRuns([
      { stepRun: cached, inputs: { in: "taken" }, outputs: { shared: "shared" } },
      { stepRun: aStepRun("consumer", { runId: "first" }), inputs: { in: "own" } },
    ]);
    for (const id of ["first", "second"]) await store.updateRun(id, { status: "completed" });
    return fixture;
  };

  describe("removing a run", () => {
    test("forgets the run, its step runs and the artifacts that only it refers to, and returns those", async () => {
      await using fixture = await make();
      expect(await fixture.store.removeRun("first")).toStrictEqual([anArtifact("own", "made")]);
      const other = await fixture.reopen();
      expect(await other.getRun("first")).toBeUndefined();
      expect(await other.listStepRuns("first")).toEqual([]);
      expect(await other.getStepRun("made")).toBeUndefined();
      expect(await other.getArtifact("own")).toBeUndefined();
    });

    test("has on record what is to be removed, with what is left over, until that is done", async () => {
      await using fixture = await make();
      const { store } = fixture;
      const leftOver = [{ uri: "local://default/failed/out/1", imported: true }];
      await store.removeRun("second");
      const [own] = await store.removeRun("first", leftOver);
      const { uri = "", name = "", sizeBytes = 0 } = own ?? {};
      const removals = [{ uri, imported: false, artifact: { name, sizeBytes } }, ...leftOver];
      const byUri = (a: { uri: string }, b: { uri: string }) => (a.uri < b.uri ? -1 : 1);
      expect(await (await fixture.reopen()).listRemovals()).toStrictEqual(removals.toSorted(byUri));
      await store.forgetRemovals([uri, "local://default/unknown"]);
      expect(await store.listRemovals()).toStrictEqual(leftOver);
    });

    test("says of the files of an imported artifact that they may be somebody else's", async () => {
      await using fixture = await makeEmpty();
      const { store } = fixture;
      await store.createRun(aRun("imported"));
      await store.createStepRun(aStepRun("made", { runId: "imported" }), {});
      const artifact = { ...anArtifact("theirs", "made"), metadata: { [IMPORTED]: true } };
      await store.completeStepRun("made", { status: "completed" }, { theirs: artifact });
      await store.updateRun("imported", { status: "completed" });
      await store.removeRun("imported");
      expect(await store.listRemovals()).toMatchObject([{ uri: artifact.uri, imported: true }]);
    });

    test("takes nothing that was imported again for one that is to be removed", async () => {
      await using fixture = await make();
      const { store } = fixture;
      await store.removeRun("second");
      const [own] = await store.removeRun("first");
      expect(await store.listRemovals()).toHaveLength(1);
      await store.createRun(aRun("again"));
      await store.createStepRun(aStepRun("made", { runId: "again" }), {});
      await store.completeStepRun("made", { status: "completed" }, { own: own ?? expect.unreachable() });
      expect(await store.listRemovals()).toEqual([]);
    });

    test("keeps what another run refers to, as a cached output or as an input, until that one goes too", async () => {
      await using fixture = await make();
      const shared = anArtifact("shared", "made");
      const taken = anArtifact("taken", "made");
      await fixture.store.removeRun("first");
      expect(await fixture.store.outputsOf("cached")).toStrictEqual({ shared });
      expect(await fixture.store.inputsOf("cached")).toStrictEqual({ in: taken });
      expect(await fixture.store.getStepRun("cached")).toMatchObject({ cachedFrom: "made" });
      const freed = await fixture.store.removeRun("second");
      expect(freed.map(({ id }) => id).sort()).toEqual(["shared", "taken"]);
    });

    test("in the other order, the first removal frees nothing", async () => {
      await using fixture = await make();
      expect(await fixture.store.removeRun("second")).toEqual([]);
      const freed = await fixture.store.removeRun("first");
      expect(freed.map(({ id }) => id).sort()).toEqual(["own", "shared", "taken"]);
    });

    test.each(UNFINISHED)("is refused while the run is %s, and nothing changes", async (status) => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("busy", { status }));
      await fixture.store.createStepRun(aStepRun("step", { runId: "busy" }), { in: "own" });
      await expect(fixture.store.removeRun("busy")).rejects.toMatchObject({
        code: "run_not_finished",
        status,
        message: expect.stringMatching(/stepdock stop busy/),
      });
      expect(await fixture.store.getRun("busy")).toBeDefined();
      expect(await fixture.store.inputsOf("step")).toHaveProperty("in");
    });

    test("of an unknown run fails and names it", async () => {
      await using fixture = await make();
      const remove = fixture.store.removeRun("nowhere");
      await expect(remove).rejects.toMatchObject({
        code: "not_found",
        message: expect.stringMatching(/'nowhere'/),
      });
    });
  });
};
