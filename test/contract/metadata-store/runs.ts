import { describe, expect, test } from "vitest";
import { ExecutionStatus, mayFollow } from "../../../src/model/index.ts";
import { aFullRun, aRun, at } from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

const TRANSITIONS = ExecutionStatus.options.flatMap((from) =>
  ExecutionStatus.options.map((to) => ({ from, to })),
);

export const describeRuns = (make: MakeFixture): void => {
  describe("runs", () => {
    test("a run comes back as it was created, with every field empty or with none", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("run-1"));
      await fixture.store.createRun(aFullRun("run-2"));
      const other = await fixture.reopen();
      expect(await other.getRun("run-1")).toStrictEqual(aRun("run-1"));
      expect(await other.getRun("run-2")).toStrictEqual(aFullRun("run-2"));
    });

    test("a second run with the same id is refused and the first one stays", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("run-1"));
      const second = fixture.store.createRun(aRun("run-1", { name: "second" }));
      await expect(second).rejects.toMatchObject({
        code: "metadata_failed",
        message: expect.stringMatching(/run-1 \(second\)/),
      });
      expect((await fixture.store.getRun("run-1"))?.name).toBe("name of run-1");
    });

    test("a run of a snapshot that is not stored is refused", async () => {
      await using fixture = await make();
      const run = fixture.store.createRun(aRun("run-1", { snapshotId: "nowhere" }));
      await expect(run).rejects.toMatchObject({
        code: "metadata_failed",
        message: expect.stringMatching(/run-1/),
      });
      expect(await fixture.store.listRuns()).toEqual([]);
    });

    test("a run is found by its orchestrator run id, or created: one alone may have it", async () => {
      await using fixture = await make();
      const first = aRun("run-1", { orchestratorRunId: "shared" });
      expect(await fixture.store.findOrCreateRun(first)).toStrictEqual(first);
      const other = await fixture.reopen();
      expect(await other.findOrCreateRun(aRun("run-2", { orchestratorRunId: "shared" }))).toStrictEqual(
        first,
      );
      const second = fixture.store.createRun(aRun("run-3", { orchestratorRunId: "shared" }));
      await expect(second).rejects.toMatchObject({ code: "metadata_failed" });
      expect((await fixture.store.listRuns()).map(({ id }) => id)).toEqual(["run-1"]);
    });

    test("an update changes what the patch names, returns the whole run and is there for other connections", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("run-1"));
      const patch = { status: "completed", finishedAt: at(5), metadata: { a: 1 } } as const;
      expect(await fixture.store.updateRun("run-1", patch)).toStrictEqual(aRun("run-1", patch));
      expect(await (await fixture.reopen()).getRun("run-1")).toStrictEqual(aRun("run-1", patch));
    });

    test("an update of an unknown run fails and names it", async () => {
      await using fixture = await make();
      const update = fixture.store.updateRun("nowhere", {});
      await expect(update).rejects.toMatchObject({
        code: "not_found",
        message: expect.stringMatching(/'nowhere'/),
      });
    });

    test("of all pairs of statuses, exactly those that may follow are accepted, and a refusal changes nothing", async () => {
      await using fixture = await make();
      for (const [index, { from, to }] of TRANSITIONS.entries()) {
        await fixture.store.createRun(aRun(`run-${index}`, { status: from }));
        const update = fixture.store.updateRun(`run-${index}`, { status: to, metadata: { touched: true } });
        const accepted = from === to || mayFollow(from, to);
        if (accepted) await expect(update).resolves.toMatchObject({ status: to });
        else await expect(update).rejects.toMatchObject({ code: "status_transition_invalid", from, to });
        const expected = accepted
          ? { status: to, metadata: { touched: true } }
          : { status: from, metadata: {} };
        expect(await fixture.store.getRun(`run-${index}`)).toMatchObject(expected);
      }
    });

    test("a finished run still takes a patch without a status", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("run-1", { status: "completed" }));
      await fixture.store.updateRun("run-1", { metadata: { note: "kept" } });
      expect(await fixture.store.getRun("run-1")).toMatchObject({
        status: "completed",
        metadata: { note: "kept" },
      });
    });

    test("updates that are called at once are all applied", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("run-1"));
      const patches = [{ stack: "a" }, { name: "b" }, { startedAt: at(1) }, { metadata: { d: 4 } }];
      await Promise.all(patches.map((patch) => fixture.store.updateRun("run-1", patch)));
      expect(await fixture.store.getRun("run-1")).toMatchObject(Object.assign({}, ...patches));
    });

    test("listing is newest first; of equal times, the one created last comes first", async () => {
      await using fixture = await make();
      for (const [id, minute] of Object.entries({ old: 1, newest: 9, twinA: 5, twinB: 5 }))
        await fixture.store.createRun(aRun(id, { createdAt: at(minute) }));
      const ids = (await fixture.store.listRuns()).map(({ id }) => id);
      expect(ids).toEqual(["newest", "twinB", "twinA", "old"]);
    });

    test("listing can be narrowed to a pipeline, a status and a number, together", async () => {
      await using fixture = await make();
      await fixture.store.createRun(aRun("a", { createdAt: at(1) }));
      await fixture.store.createRun(aRun("b", { createdAt: at(2), status: "failed" }));
      await fixture.store.createRun(aRun("c", { createdAt: at(3), pipelineName: "other" }));
      await fixture.store.createRun(aRun("d", { createdAt: at(4) }));
      const list = async (filter: Parameters<typeof fixture.store.listRuns>[0]) =>
        (await fixture.store.listRuns(filter)).map(({ id }) => id).join("");
      expect(await list({ pipelineName: "weather" })).toBe("dba");
      expect(await list({ status: "failed" })).toBe("b");
      expect(await list({ limit: 2 })).toBe("dc");
      expect(await list({ pipelineName: "weather", status: "running", limit: 1 })).toBe("d");
      expect(await list({ pipelineName: "none" })).toBe("");
    });
  });
};
