import { describe, expect, test } from "vitest";
import type { StepRun } from "../../../src/model/index.ts";
import { aRun, aStepRun } from "../metadata-records.ts";
import type { MakeFixture, StoreFixture } from "../metadata-store.contract.ts";

export const describeDurations = (makeEmpty: MakeFixture): void => {
  const time = (seconds: number) => new Date(Date.UTC(2026, 0, 2) + seconds * 1000).toISOString();
  let last = 0;
  /** An execution of the invocation `train` that took so many seconds. */
  const took = (seconds: number, change: Partial<StepRun> = {}): StepRun => {
    last += 1;
    const id = `step-${last}`;
    const times = { startedAt: time(100), finishedAt: time(100 + seconds) };
    return aStepRun(id, { invocationId: "train", attempt: last, status: "completed", ...times, ...change });
  };
  const make = async (stepRuns: readonly StepRun[]): Promise<StoreFixture> => {
    const fixture = await makeEmpty();
    await fixture.store.createRun(aRun("run-1"));
    await fixture.store.createRun(aRun("run-2", { pipelineName: "other" }));
    await fixture.store.createStepRuns(stepRuns.map((stepRun) => ({ stepRun, inputs: {} })));
    return fixture;
  };

  describe("durations", () => {
    test("are the median of the latest three executions, in seconds", async () => {
      await using fixture = await make([took(90), took(90), took(0.25), took(8), took(1.5)]);
      expect(await fixture.store.stepDurations("weather", ["train"])).toEqual({ train: 1.5 });
    });

    test("count completed executions only, of that pipeline only", async () => {
      const others = ["failed", "cached", "running", "stopped", "retried"] as const;
      await using fixture = await make([
        took(2),
        ...others.map((status) => took(70, { status })),
        took(80, { runId: "run-2" }),
      ]);
      expect(await fixture.store.stepDurations("weather", ["train"])).toEqual({ train: 2 });
      expect(await fixture.store.stepDurations("other", ["train"])).toEqual({ train: 80 });
    });

    test("are told for each of the invocations that has any, and for no other", async () => {
      await using fixture = await make([
        took(2),
        took(3, { invocationId: "load" }),
        took(4, { invocationId: "neighbour" }),
        took(5, { invocationId: "timeless", startedAt: null }),
      ]);
      const wanted = ["train", "load", "timeless", "never"];
      expect(await fixture.store.stepDurations("weather", wanted)).toEqual({ train: 2, load: 3 });
      expect(await fixture.store.stepDurations("weather", [])).toEqual({});
    });

    test("are never negative, though a clock was set back", async () => {
      await using fixture = await make([took(-5)]);
      expect(await fixture.store.stepDurations("weather", ["train"])).toEqual({ train: 0 });
    });
  });
};
