import { getEventListeners } from "node:events";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import { StepdockError } from "../../../src/errors/error.ts";
import { afterFailure, asObject, completed, interrupted, start } from "./mode-runs.ts";
import { everythingHappened } from "./support.ts";

class EngineInterrupted extends StepdockError {
  readonly code = "interrupted";
}

describe("an abort of the signal", () => {
  test("stops what runs, with its reason, and cancels the rest as interrupted", async () => {
    const controller = new AbortController();
    const { nodes, stopped, running } = await start({ signal: controller.signal });
    const reason = new Error("Ctrl-C");
    controller.abort(reason);
    expect(nodes.signals.get("bad")?.reason).toBe(reason);
    expect(stopped).toEqual(["bad", "good"]);
    await nodes.fail("bad", reason);
    await nodes.complete("good");
    expect(asObject(await running)).toEqual({
      bad: { status: "stopped" },
      below: interrupted,
      bottom: interrupted,
      good: completed,
      after: interrupted,
    });
  });

  test("before the run lets nothing start and nothing be prepared", async () => {
    const prepared: string[] = [];
    const prepareNode = (id: string) => void prepared.push(id);
    const { nodes, running } = await start({ signal: AbortSignal.abort(), lookahead: 2, prepareNode });
    expect(Object.values(asObject(await running))).toEqual(Array(5).fill(interrupted));
    expect(nodes.started).toEqual([]);
    expect(prepared).toEqual([]);
  });

  test("leaves no listener behind on the signal", async () => {
    const { signal } = new AbortController();
    const { nodes, running } = await start({ signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await nodes.fail("bad");
    await nodes.complete("good");
    await nodes.complete("after");
    await running;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("after a failure that ended the run leaves the failure as the reason, and stops what still runs", async () => {
    const controller = new AbortController();
    const { nodes, running } = await start({ executionMode: "stop_on_failure", signal: controller.signal });
    await nodes.fail("bad");
    controller.abort();
    expect(nodes.signals.get("good")?.aborted).toBe(true);
    await nodes.complete("good", { outcome: "stopped" });
    expect(asObject(await running)).toMatchObject({ good: { status: "stopped" }, after: afterFailure });
  });

  test("reaches a node that has its outcome and still holds its slot, without a stopNode", async () => {
    const controller = new AbortController();
    const released = Promise.withResolvers<void>();
    const { nodes, stopped, running } = await start({ signal: controller.signal });
    await nodes.complete("good", { outcome: "completed", released: released.promise });
    controller.abort();
    expect(nodes.signals.get("good")?.aborted).toBe(true);
    expect(stopped.toSorted()).toEqual(["after", "bad"]);
    released.resolve();
    await nodes.complete("bad", { outcome: "stopped" });
    await nodes.complete("after", { outcome: "stopped" });
    expect((await running).nodes.get("good")).toEqual(completed);
  });

  test.each([
    ["an AbortError of Node's", (signal: AbortSignal) => setTimeout(2 ** 30, undefined, { signal })],
    [
      "an error with the code interrupted",
      (signal: AbortSignal) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => reject(new EngineInterrupted("Interrupted.")));
        }),
    ],
  ])("makes a node stopped that rejects with %s", async (_, wait) => {
    const controller = new AbortController();
    const runNode = (_id: string, { signal }: { signal: AbortSignal }) => wait(signal);
    const running = new DagRunner({ dag: { a: [] }, runNode, signal: controller.signal }).run();
    await everythingHappened();
    controller.abort();
    expect((await running).nodes.get("a")).toEqual({ status: "stopped" });
  });

  test("is needed for an AbortError to mean stopped", async () => {
    const error = new DOMException("Timed out by itself", "AbortError");
    const runNode = async () => {
      throw error;
    };
    const { nodes } = await new DagRunner({ dag: { a: [] }, runNode }).run();
    expect(nodes.get("a")).toEqual({ status: "failed", error });
  });
});
