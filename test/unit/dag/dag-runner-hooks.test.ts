import { describe, expect, test } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import type { DagResult } from "../../../src/dag/node-status.ts";
import { everythingHappened, ManualNodes, noop } from "./support.ts";

const interrupted = { status: "cancelled", reason: { kind: "interrupted" } };

describe("shouldContinue", () => {
  test.each([
    ["a value", (answer: boolean) => answer],
    ["a promise", async (answer: boolean) => answer],
  ])("is asked before each start by %s, and false lets nothing more start", async (_, answer) => {
    const asked: string[][] = [];
    const nodes = new ManualNodes();
    const shouldContinue = () => {
      asked.push([...nodes.started]);
      return answer(asked.length < 3);
    };
    const dag = { a: [], b: ["a"], c: ["b"], d: ["c"] };
    const running = new DagRunner({ dag, runNode: nodes.run, shouldContinue }).run();
    await everythingHappened();
    await nodes.complete("a");
    await nodes.complete("b");
    expect(asked).toEqual([[], ["a"], ["a", "b"]]);
    const { nodes: results } = await running;
    expect(Object.fromEntries(results)).toEqual({
      a: { status: "completed" },
      b: { status: "completed" },
      c: interrupted,
      d: interrupted,
    });
  });

  test("lets what runs go on", async () => {
    const nodes = new ManualNodes();
    let isAllowed = true;
    const dag = { a: [], b: [], c: ["a"] };
    const running = new DagRunner({ dag, runNode: nodes.run, shouldContinue: () => isAllowed }).run();
    await everythingHappened();
    isAllowed = false;
    await nodes.complete("a");
    expect(nodes.signals.get("b")?.aborted).toBe(false);
    await nodes.complete("b");
    expect((await running).nodes.get("c")).toEqual(interrupted);
  });

  test("that takes its time does not let a node start after a failure", async () => {
    const nodes = new ManualNodes();
    const answer = Promise.withResolvers<boolean>();
    const shouldContinue = () => (nodes.started.length === 0 ? true : answer.promise);
    const dag = { bad: [], good: [], after: ["good"] };
    const options = { dag, runNode: nodes.run, shouldContinue, executionMode: "stop_on_failure" } as const;
    const running = new DagRunner(options).run();
    await everythingHappened();
    await nodes.complete("good");
    await nodes.fail("bad");
    answer.resolve(true);
    await running;
    expect(nodes.started).toEqual(["good", "bad"]);
  });
});

describe("finalize", () => {
  test.each([
    ["a run that completes", noop, undefined],
    ["a run that fails", () => Promise.reject(new Error("broke")), undefined],
    ["a run that is interrupted", noop, AbortSignal.abort()],
  ])("is called once, with the result, after %s", async (_, runNode, signal) => {
    const given: DagResult[] = [];
    const finalize = async (result: DagResult) => void given.push(result);
    const result = await new DagRunner({ dag: { a: [] }, runNode, signal, finalize }).run();
    expect(given).toHaveLength(1);
    expect(given[0]).toBe(result);
  });

  test("is called after a hook threw", async () => {
    const given: DagResult[] = [];
    const runner = new DagRunner({
      dag: { a: [], b: [] },
      runNode: noop,
      maxParallelism: 1,
      lookahead: 1,
      prepareNode: () => {
        throw new Error("no engine");
      },
      finalize: (result) => void given.push(result),
    });
    await expect(runner.run()).rejects.toThrow("no engine");
    expect(given[0]?.nodes.get("b")).toEqual(interrupted);
  });

  test("is waited for, and what it throws reaches the caller", async () => {
    const error = new Error("cannot write");
    const finalize = async () => {
      await everythingHappened();
      throw error;
    };
    await expect(new DagRunner({ dag: {}, runNode: noop, finalize }).run()).rejects.toBe(error);
  });
});

describe("onStatus", () => {
  test("sees each status of each node", async () => {
    const log: string[] = [];
    await new DagRunner({
      dag: { a: [], b: ["a"], c: ["b"] },
      runNode: async (id) => ({ outcome: id === "a" ? "completed" : "failed" }),
      onStatus: (id, status) => void log.push(`${id} ${status}`),
    }).run();
    expect(log).toEqual([
      "a ready",
      "a running",
      "a completed",
      "b ready",
      "b running",
      "b failed",
      "c skipped",
    ]);
  });
});

describe("a hook that throws or rejects", () => {
  const error = new Error("hook broke");
  const throwing = () => {
    throw error;
  };
  const rejecting = () => Promise.reject(error);

  test.each([
    ["prepareNode throws", { prepareNode: throwing }],
    ["prepareNode rejects", { prepareNode: rejecting }],
    ["shouldContinue throws", { shouldContinue: throwing }],
    ["shouldContinue rejects", { shouldContinue: rejecting }],
    ["finalize throws", { finalize: throwing }],
  ])("makes the run reject with what it threw: %s", async (_, hooks) => {
    const options = { dag: { a: [], b: ["a"] }, lookahead: 1 };
    await expect(new DagRunner({ ...options, runNode: noop, ...hooks }).run()).rejects.toBe(error);
  });

  test("interrupts what runs, and the run waits for it", async () => {
    const nodes = new ManualNodes();
    const results: DagResult[] = [];
    const running = new DagRunner({
      dag: { a: [], b: [], c: ["a"], d: ["c"] },
      runNode: nodes.run,
      lookahead: 1,
      prepareNode: (id) => (id === "d" ? throwing() : undefined),
      finalize: (result) => void results.push(result),
    }).run();
    const refused = expect(running).rejects.toBe(error);
    await everythingHappened();
    await nodes.complete("a");
    expect(nodes.signals.get("b")?.reason).toBe(error);
    await nodes.fail("b", error);
    await nodes.fail("c", error);
    await refused;
    expect(results[0]?.nodes.get("b")).toEqual({ status: "stopped" });
    expect(results[0]?.nodes.get("c")).toEqual({ status: "stopped" });
    expect(results[0]?.nodes.get("d")).toEqual(interrupted);
  });

  test("together with others makes the run reject with all of them", async () => {
    const hooks = { prepareNode: throwing, finalize: rejecting };
    const dag = { a: [], b: ["a"] };
    const refusal = new DagRunner({ dag, runNode: noop, lookahead: 1, ...hooks }).run();
    await expect(refusal).rejects.toThrow(expect.objectContaining({ errors: [error, error] }));
  });
});
