import { describe, expect, test } from "vitest";
import type { ExecutionStatus } from "../../../src/model/index.ts";
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
