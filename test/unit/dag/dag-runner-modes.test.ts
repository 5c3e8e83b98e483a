import { describe, expect, test } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import { afterFailure, asObject, completed, interrupted, skipped, start } from "./mode-runs.ts";
import { everythingHappened, ManualNodes } from "./support.ts";

describe("continue_on_failure", () => {
  test("is the default, and skips the descendants of the failed node only", async () => {
    const { nodes, stopped, running } = await start({});
    await nodes.fail("bad");
    expect(nodes.signals.get("good")?.aborted).toBe(false);
    await nodes.complete("good");
    await nodes.complete("after");
    expect(asObject(await running)).toMatchObject({
      bad: { status: "failed" },
      below: skipped,
      bottom: skipped,
      good: completed,
      after: completed,
    });
    expect(stopped).toEqual([]);
  });

  test("names the upstream that failed first, where several did", async () => {
    const error = new Error("broke");
    const nodes = new ManualNodes();
    const running = new DagRunner({ dag: { a: [], b: [], c: ["a", "b"] }, runNode: nodes.run }).run();
    await everythingHappened();
    await nodes.fail("b", error);
    await nodes.fail("a", error);
    const { nodes: results, failed } = await running;
    const reason = { kind: "upstream_failed", upstream: "b" };
    expect(results.get("c")).toEqual({ status: "skipped", reason });
    expect(failed).toEqual(["b", "a"]);
  });
});

describe("stop_on_failure", () => {
  test("lets what runs finish and starts no more", async () => {
    const { nodes, stopped, running } = await start({ executionMode: "stop_on_failure" });
    await nodes.fail("bad");
    expect(nodes.signals.get("good")?.aborted).toBe(false);
    await nodes.complete("good");
    expect(nodes.started).toEqual(["bad", "good"]);
    expect(stopped).toEqual([]);
    expect(asObject(await running)).toMatchObject({
      bad: { status: "failed" },
      below: skipped,
      bottom: skipped,
      good: completed,
      after: afterFailure,
    });
  });

  test("starts no more of those that were ready", async () => {
    const { nodes, running } = await start({ executionMode: "stop_on_failure", maxParallelism: 1 });
    await nodes.fail("bad");
    expect(asObject(await running)).toMatchObject({ good: afterFailure, after: afterFailure });
    expect(nodes.started).toEqual(["bad"]);
  });
});

describe("fail_fast", () => {
  test("aborts the signals of what runs, calls stopNode for it, and waits for it", async () => {
    const { nodes, stopped, running } = await start({ executionMode: "fail_fast" });
    let isOver = false;
    const watched = running.finally(() => {
      isOver = true;
    });
    await nodes.fail("bad");
    const signal = nodes.signals.get("good");
    expect(signal?.aborted).toBe(true);
    expect(String(signal?.reason)).toContain('"bad" failed');
    expect(stopped).toEqual(["good"]);
    expect(isOver).toBe(false);
    await nodes.fail("good", signal?.reason);
    expect(asObject(await watched)).toMatchObject({
      bad: { status: "failed" },
      below: skipped,
      bottom: skipped,
      good: { status: "stopped" },
      after: afterFailure,
    });
  });

  test("waits for stopNode", async () => {
    const stop = Promise.withResolvers<void>();
    const ended: string[] = [];
    const stopNode = () => stop.promise;
    const finalize = () => void ended.push("run");
    const { nodes, running } = await start({ executionMode: "fail_fast", stopNode, finalize });
    await nodes.fail("bad");
    await nodes.complete("good");
    expect(ended).toEqual([]);
    stop.resolve();
    await running;
    expect(ended).toEqual(["run"]);
  });

  test("counts a node that completes nevertheless as completed, and starts nothing after it", async () => {
    const { nodes, running } = await start({ executionMode: "fail_fast" });
    await nodes.fail("bad");
    await nodes.complete("good");
    expect(asObject(await running)).toMatchObject({ good: completed, after: afterFailure });
  });

  test("counts a node that fails of itself while it is stopped as failed", async () => {
    const error = new Error("disk full");
    const { nodes, running } = await start({ executionMode: "fail_fast" });
    await nodes.fail("bad");
    await nodes.fail("good", error);
    const result = await running;
    expect(result.nodes.get("good")).toEqual({ status: "failed", error });
    expect(result.failed).toEqual(["bad", "good"]);
    const reason = { kind: "upstream_failed", upstream: "good" };
    expect(result.nodes.get("after")).toEqual({ status: "skipped", reason });
  });

  test("stops what runs also after shouldContinue said no", async () => {
    const nodes = new ManualNodes();
    let isAllowed = true;
    const running = new DagRunner({
      dag: { bad: [], good: [], quick: [], more: ["quick"] },
      runNode: nodes.run,
      shouldContinue: () => isAllowed,
      executionMode: "fail_fast",
    }).run();
    await everythingHappened();
    isAllowed = false;
    await nodes.complete("quick");
    expect(nodes.signals.get("good")?.aborted).toBe(false);
    await nodes.fail("bad");
    expect(nodes.signals.get("good")?.aborted).toBe(true);
    await nodes.complete("good", { outcome: "stopped" });
    expect(asObject(await running)).toMatchObject({ good: { status: "stopped" }, more: interrupted });
  });
});
