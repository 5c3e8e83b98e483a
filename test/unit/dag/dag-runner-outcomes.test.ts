import { describe, expect, test } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import { everythingHappened, ManualNodes } from "./support.ts";

describe("runNode", () => {
  test("fails its node by rejecting, and by throwing before it has a promise", async () => {
    const error = new Error("broke");
    const runNode = (id: string): Promise<void> => {
      if (id === "throws") throw error;
      return Promise.reject(error);
    };
    const { nodes, failed } = await new DagRunner({ dag: { throws: [], rejects: [] }, runNode }).run();
    expect(nodes.get("throws")).toEqual({ status: "failed", error });
    expect(nodes.get("rejects")).toEqual({ status: "failed", error });
    expect(failed.toSorted()).toEqual(["rejects", "throws"]);
  });

  test("fails its node by the outcome failed, with the error given", async () => {
    const error = new Error("broke");
    const runNode = async () => ({ outcome: "failed", error }) as const;
    const { nodes } = await new DagRunner({ dag: { a: [], b: ["a"] }, runNode }).run();
    expect(nodes.get("a")).toEqual({ status: "failed", error });
    expect(nodes.get("b")).toEqual({
      status: "skipped",
      reason: { kind: "upstream_failed", upstream: "a" },
    });
  });

  test("by the outcome stopped, cancels what depends on its node and lets the rest run, in every mode", async () => {
    const dag = { a: [], b: ["a"], c: ["b"], other: [] };
    for (const executionMode of ["fail_fast", "stop_on_failure", "continue_on_failure"] as const) {
      const runNode = async (id: string) => ({ outcome: id === "a" ? "stopped" : "completed" }) as const;
      const runner = new DagRunner({ dag, runNode, executionMode, maxParallelism: 1 });
      const cancelled = { status: "cancelled", reason: { kind: "interrupted" } };
      expect(Object.fromEntries((await runner.run()).nodes)).toEqual({
        a: { status: "stopped" },
        b: cancelled,
        c: cancelled,
        other: { status: "completed" },
      });
    }
  });

  test("lets dependents start at its outcome, while the slot is held until released settles", async () => {
    const nodes = new ManualNodes();
    const dag = { a: [], b: ["a"], c: ["a"] };
    const running = new DagRunner({ dag, runNode: nodes.run, maxParallelism: 2 }).run();
    const released = Promise.withResolvers<void>();
    await everythingHappened();
    await nodes.complete("a", { outcome: "completed", released: released.promise });
    expect(nodes.started).toEqual(["a", "b"]);
    released.resolve();
    await everythingHappened();
    expect(nodes.started).toEqual(["a", "b", "c"]);
    await nodes.complete("b");
    await nodes.complete("c");
    await running;
  });

  test("holds the only slot until released settles", async () => {
    const nodes = new ManualNodes();
    const running = new DagRunner({ dag: { a: [], b: ["a"] }, runNode: nodes.run, maxParallelism: 1 }).run();
    const released = Promise.withResolvers<void>();
    await everythingHappened();
    await nodes.complete("a", { outcome: "completed", released: released.promise });
    expect(nodes.started).toEqual(["a"]);
    released.resolve();
    await everythingHappened();
    await nodes.complete("b");
    await running;
  });

  test("keeps the run from ending until released settles", async () => {
    const released = Promise.withResolvers<void>();
    const runNode = async () => ({ outcome: "completed", released: released.promise }) as const;
    const ended: string[] = [];
    const finalize = () => void ended.push("run");
    const running = new DagRunner({ dag: { a: [] }, runNode, finalize }).run();
    await everythingHappened();
    expect(ended).toEqual([]);
    released.resolve();
    await running;
    expect(ended).toEqual(["run"]);
  });

  test("keeps its outcome when released rejects, which is a warning", async () => {
    const warnings: string[] = [];
    const released = Promise.reject(new Error("exit 137"));
    const { nodes } = await new DagRunner({
      dag: { a: [] },
      runNode: async () => ({ outcome: "completed", released }),
      onWarning: (message) => warnings.push(message),
    }).run();
    expect(nodes.get("a")).toEqual({ status: "completed" });
    expect(warnings).toEqual(['Node "a" has its outcome, but did not end well: Error: exit 137']);
  });
});
