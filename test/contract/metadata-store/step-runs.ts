import { describe, expect, test } from "vitest";
import { ExecutionStatus, mayFollow } from "../../../src/model/index.ts";
import { aFullStepRun, anArtifact, aRun, aStepRun, at } from "../metadata-records.ts";
import type { MakeFixture } from "../metadata-store.contract.ts";

const TRANSITIONS = ExecutionStatus.options.flatMap((from) =>
  ExecutionStatus.options.map((to) => ({ from, to })),
);

export const describeStepRuns = (makeEmpty: MakeFixture): void => {
  /** With `run-1` in it, whose step run `load` has completed with the artifact `days`. */
  const make: MakeFixture = async () => {
    const fixture = await makeEmpty();
    await fixture.store.createRun(aRun("run-1"));
    await fixture.store.createStepRun(aStepRun("load"), {});
    await fixture.store.completeStepRun(
      "load",
      { status: "completed" },
      { days: anArtifact("days", "load") },
    );
    return fixture;
  };

  describe("step runs", () => {
    test("missing ones are published, and those whose attempt is on record stay as they are", async () => {
      await using fixture = await make();
      const there = aStepRun("one", { runId: "run-1", invocationId: "a", status: "running" });
      await fixture.store.createStepRun(there, {});
      const skipped = (id: string, invocationId: string) =>
        aStepRun(id, { runId: "run-1", invocationId, status: "skipped" });
      await fixture.store.createMissingStepRuns([skipped("two", "a"), skipped("three", "b")]);
      expect((await fixture.store.listStepRuns("run-1")).slice(-2)).toStrictEqual([
        there,
        skipped("three", "b"),
      ]);
    });

    test("a step run comes back as it was created, with every field empty or with none", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("empty"), {});
      await fixture.store.createStepRun(aFullStepRun("full"), {});
      const other = await fixture.reopen();
      expect(await other.getStepRun("empty")).toStrictEqual(aStepRun("empty"));
      expect(await other.getStepRun("full")).toStrictEqual(aFullStepRun("full"));
    });

    test("its inputs come back whole under their names", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("train"), { days: "days", again: "days" });
      const days = anArtifact("days", "load");
      expect(await (await fixture.reopen()).inputsOf("train")).toStrictEqual({ again: days, days });
      expect(await fixture.store.outputsOf("train")).toStrictEqual({});
    });

    test("an input that is no stored artifact is refused, and no step run remains", async () => {
      await using fixture = await make();
      const create = fixture.store.createStepRun(aStepRun("train"), { days: "nowhere" });
      await expect(create).rejects.toMatchObject({
        code: "metadata_failed",
        message: expect.stringMatching(/train \(train, attempt 1\)/),
      });
      expect(await fixture.store.getStepRun("train")).toBeUndefined();
    });

    test("a second record of the same attempt is refused, the next attempt is not", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("a", { invocationId: "train" }), {});
      const twin = fixture.store.createStepRun(aStepRun("b", { invocationId: "train" }), {});
      await expect(twin).rejects.toMatchObject({ code: "metadata_failed" });
      await fixture.store.createStepRun(aStepRun("c", { invocationId: "train", attempt: 2 }), {});
      expect((await fixture.store.listStepRuns("run-1")).map(({ id }) => id)).toEqual(["load", "a", "c"]);
    });

    test("many are published together, in order, with their inputs and outputs", async () => {
      await using fixture = await make();
      const entries = Array.from({ length: 1000 }, (_, index) => ({
        stepRun: aStepRun(`step-${index}`, { status: "cached", createdAt: at(1000 - index) }),
        inputs: { days: "days" },
        outputs: { days: "days" },
      }));
      await fixture.store.createStepRuns(entries);
      const listed = await fixture.store.listStepRuns("run-1");
      expect(listed.slice(1)).toStrictEqual(entries.map(({ stepRun }) => stepRun));
      const days = anArtifact("days", "load");
      expect(await fixture.store.inputsOf("step-999")).toStrictEqual({ days });
      expect(await fixture.store.outputsOf("step-999")).toStrictEqual({ days });
    });

    test("of many with a wrong one among them, none is published", async () => {
      await using fixture = await make();
      const entries = [aStepRun("a"), aStepRun("b", { runId: "nowhere" })];
      const create = fixture.store.createStepRuns(entries.map((stepRun) => ({ stepRun, inputs: {} })));
      await expect(create).rejects.toMatchObject({ code: "metadata_failed" });
      expect(await fixture.store.getStepRun("a")).toBeUndefined();
    });

    test("publishing none is no error", async () => {
      await using fixture = await make();
      await fixture.store.createStepRuns([]);
      expect(await fixture.store.listStepRuns("run-1")).toHaveLength(1);
    });

    test("an update changes what the patch names and returns the whole step run", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("train"), {});
      const patch = { containerId: "f00d", assignedAt: at(1), warnings: ["slow"] };
      expect(await fixture.store.updateStepRun("train", patch)).toStrictEqual(aStepRun("train", patch));
      expect(await (await fixture.reopen()).getStepRun("train")).toStrictEqual(aStepRun("train", patch));
    });

    test("an update or a completion of an unknown step run fails and names it", async () => {
      await using fixture = await make();
      const expected = { code: "not_found", message: expect.stringMatching(/step run nowhere/) };
      await expect(fixture.store.updateStepRun("nowhere", {})).rejects.toMatchObject(expected);
      await expect(fixture.store.completeStepRun("nowhere", {}, {})).rejects.toMatchObject(expected);
    });

    test("of all pairs of statuses, exactly those that may follow are accepted, and a refusal changes nothing", async () => {
      await using fixture = await make();
      for (const [index, { from, to }] of TRANSITIONS.entries()) {
        const id = `step-${index}`;
        await fixture.store.createStepRun(aStepRun(id, { status: from }), {});
        const update = fixture.store.updateStepRun(id, { status: to, warnings: ["touched"] });
        const accepted = from === to || mayFollow(from, to);
        if (accepted) await expect(update).resolves.toMatchObject({ status: to });
        else await expect(update).rejects.toMatchObject({ code: "status_transition_invalid", from, to });
        const expected = accepted ? { status: to, warnings: ["touched"] } : { status: from, warnings: [] };
        expect(await fixture.store.getStepRun(id)).toMatchObject(expected);
      }
    });

    test("a completion records status and outputs", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("train"), {});
      const outputs = { model: anArtifact("model", "train"), loss: anArtifact("loss", "train") };
      const patch = { status: "completed", finishedAt: at(4), exitCode: 0 } as const;
      const completed = await fixture.store.completeStepRun("train", patch, outputs);
      expect(completed).toStrictEqual(aStepRun("train", patch));
      const other = await fixture.reopen();
      expect(await other.getStepRun("train")).toStrictEqual(completed);
      expect(await other.outputsOf("train")).toStrictEqual(outputs);
      expect(await other.getArtifact("loss")).toStrictEqual(outputs.loss);
    });

    test("a completion that fails half-way leaves neither the status nor any output", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("train"), {});
      const outputs = { model: anArtifact("model", "train"), taken: anArtifact("days", "train") };
      const complete = fixture.store.completeStepRun("train", { status: "completed" }, outputs);
      await expect(complete).rejects.toMatchObject({ code: "metadata_failed" });
      expect(await fixture.store.getStepRun("train")).toStrictEqual(aStepRun("train"));
      expect(await fixture.store.outputsOf("train")).toEqual({});
      expect(await fixture.store.getArtifact("model")).toBeUndefined();
    });

    test("a completion of a step run that ended otherwise is refused and records no output", async () => {
      await using fixture = await make();
      await fixture.store.createStepRun(aStepRun("train", { status: "stopped" }), {});
      const outputs = { model: anArtifact("model", "train") };
      const complete = fixture.store.completeStepRun("train", { status: "completed" }, outputs);
      await expect(complete).rejects.toMatchObject({ code: "status_transition_invalid", from: "stopped" });
      expect(await fixture.store.getArtifact("model")).toBeUndefined();
    });
  });
};
