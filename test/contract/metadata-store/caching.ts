import { describe, expect, test } from "vitest";
import type { StepRun } from "../../../src/model/index.ts";
import { aRun, aStepRun, at } from "../metadata-records.ts";
import type { MakeFixture, StoreFixture } from "../metadata-store.contract.ts";

export const describeCaching = (makeEmpty: MakeFixture): void => {
  const make = async (stepRuns: readonly StepRun[]): Promise<StoreFixture> => {
    const fixture = await makeEmpty();
    await fixture.store.createRun(aRun("run-1"));
    await fixture.store.createRun(aRun("run-2", { pipelineName: "other" }));
    await fixture.store.createStepRuns(stepRuns.map((stepRun) => ({ stepRun, inputs: {} })));
    return fixture;
  };
  const keyed = (id: string, minute: number, change: Partial<StepRun> = {}): StepRun =>
    aStepRun(id, { cacheKey: "key", status: "completed", createdAt: at(minute), ...change });

  describe("caching", () => {
    test("the newest completed step run with the key is found; of equal times, the one published last", async () => {
      await using fixture = await make([
        keyed("old", 1),
        keyed("twinA", 5),
        keyed("twinB", 5),
        keyed("older", 3),
      ]);
      expect((await fixture.store.findCached("key"))?.id).toBe("twinB");
    });

    test("of every status, only a completed one is found", async () => {
      const others = ["failed", "cached", "running", "skipped", "stopped", "retried", "stopping"] as const;
      const misfits = others.map((status, index) => keyed(status, 10 + index, { status }));
      await using fixture = await make(misfits);
      expect(await fixture.store.findCached("key")).toBeUndefined();
      await fixture.store.createStepRun(keyed("good", 1), {});
      expect((await fixture.store.findCached("key"))?.id).toBe("good");
    });

    test("another key, or none, is not found", async () => {
      await using fixture = await make([keyed("a", 1), aStepRun("b", { status: "completed" })]);
      expect(await fixture.store.findCached("other")).toBeUndefined();
      expect(await fixture.store.findCached("")).toBeUndefined();
    });

    test("one made at the given time is found, one made before is not", async () => {
      await using fixture = await make([keyed("a", 5)]);
      expect((await fixture.store.findCached("key", at(5)))?.id).toBe("a");
      expect(await fixture.store.findCached("key", at(6))).toBeUndefined();
    });

    test("the latest step run with a key is found by pipeline and invocation, whatever its status", async () => {
      await using fixture = await make([
        keyed("first", 1, { invocationId: "train" }),
        keyed("second", 2, { invocationId: "train", attempt: 2, status: "failed" }),
        aStepRun("keyless", { invocationId: "train", attempt: 3, createdAt: at(3) }),
        keyed("elsewhere", 4, { invocationId: "train", runId: "run-2" }),
        keyed("neighbour", 5, { invocationId: "load" }),
      ]);
      expect((await fixture.store.latestKeyed("weather", "train"))?.id).toBe("second");
      expect((await fixture.store.latestKeyed("other", "train"))?.id).toBe("elsewhere");
      expect(await fixture.store.latestKeyed("weather", "nowhere")).toBeUndefined();
    });
  });
};
