import { afterEach, describe, expect, test, vi } from "vitest";
import { DagRunner } from "../../../src/dag/dag-runner.ts";
import { CyclicGraphError, DagOptionError } from "../../../src/dag/errors.ts";
import { chain, fanOut } from "./graphs.ts";
import { everythingHappened, ManualNodes, noop } from "./support.ts";

const diamond = { a: [], b: ["a"], c: ["a"], d: ["b", "c"] };

afterEach(() => {
  vi.useRealTimers();
});

describe("DagRunner", () => {
  test("runs each node once and reports all of them completed", async () => {
    const ids: string[] = [];
    const runner = new DagRunner({ dag: diamond, runNode: async (id) => void ids.push(id) });
    const { nodes, failed } = await runner.run();
    expect(ids.toSorted()).toEqual(["a", "b", "c", "d"]);
    expect([...nodes]).toEqual(["a", "b", "c", "d"].map((id) => [id, { status: "completed" }]));
    expect(failed).toEqual([]);
  });

  test("runs a graph without nodes", async () => {
    expect((await new DagRunner({ dag: {}, runNode: noop }).run()).nodes.size).toBe(0);
  });

  test("can run again", async () => {
    const nodes = new ManualNodes();
    const runner = new DagRunner({ dag: { a: [] }, runNode: nodes.run });
    for (const _ of [1, 2]) {
      const running = runner.run();
      await everythingHappened();
      await nodes.complete("a");
      expect((await running).nodes.get("a")).toEqual({ status: "completed" });
    }
    expect(nodes.started).toEqual(["a", "a"]);
  });

  test("starts a node as soon as its upstreams are done, without waiting for the rest of their layer", async () => {
    const nodes = new ManualNodes();
    const running = new DagRunner({ dag: { fast: [], slow: [], next: ["fast"] }, runNode: nodes.run }).run();
    await everythingHappened();
    expect(nodes.started).toEqual(["fast", "slow"]);
    await nodes.complete("fast");
    expect(nodes.started).toEqual(["fast", "slow", "next"]);
    await nodes.complete("next");
    await nodes.complete("slow");
    await running;
  });

  test("starts no node before all its upstreams are done", async () => {
    const nodes = new ManualNodes();
    const running = new DagRunner({ dag: diamond, runNode: nodes.run }).run();
    await everythingHappened();
    await nodes.complete("a");
    await nodes.complete("b");
    expect(nodes.started).toEqual(["a", "b", "c"]);
    await nodes.complete("c");
    expect(nodes.started).toEqual(["a", "b", "c", "d"]);
    await nodes.complete("d");
    await running;
  });

  test("runs no more than maxParallelism nodes at once, and fills a slot that comes free", async () => {
    const nodes = new ManualNodes();
    const dag = { a: [], b: [], c: [], d: [] };
    const running = new DagRunner({ dag, runNode: nodes.run, maxParallelism: 2 }).run();
    await everythingHappened();
    expect(nodes.started).toEqual(["a", "b"]);
    await nodes.complete("b");
    expect(nodes.started).toEqual(["a", "b", "c"]);
    for (const id of ["a", "c", "d"]) await nodes.complete(id);
    await running;
  });

  test("takes ready nodes by layer, then longest remaining path, then id", async () => {
    const ids: string[] = [];
    const dag = { z: [], y: [], x: [], long1: ["z"], long2: ["long1"], short: ["y"] };
    const runner = new DagRunner({ dag, runNode: async (id) => void ids.push(id), maxParallelism: 1 });
    await runner.run();
    expect(ids).toEqual(["z", "y", "x", "long1", "short", "long2"]);
  });

  test("takes the longest remaining path first where scheduling is critical-path", async () => {
    const ids: string[] = [];
    const dag = { z: [], y: [], x: [], long1: ["z"], long2: ["long1"], short: ["y"] };
    const runNode = async (id: string) => void ids.push(id);
    const options = { dag, runNode, maxParallelism: 1, scheduling: "critical-path" } as const;
    await new DagRunner(options).run();
    expect(ids).toEqual(["z", "y", "long1", "x", "short", "long2"]);
  });

  test("measures paths by weights where there are some", async () => {
    const ids: string[] = [];
    const runNode = async (id: string) => void ids.push(id);
    await new DagRunner({ dag: { a: [], b: [] }, runNode, maxParallelism: 1, weights: { b: 2 } }).run();
    expect(ids).toEqual(["b", "a"]);
  });

  test("waits between the starts of parallel nodes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const nodes = new ManualNodes();
    const options = { dag: { a: [], b: [], c: [] }, runNode: nodes.run, parallelNodeStartupWaitingPeriod: 2 };
    const running = new DagRunner(options).run();
    await vi.advanceTimersByTimeAsync(1999);
    expect(nodes.started).toEqual(["a"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(nodes.started).toEqual(["a", "b"]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(nodes.started).toEqual(["a", "b", "c"]);
    for (const id of ["a", "b", "c"]) await nodes.complete(id);
    await running;
    expect(vi.getTimerCount()).toBe(0);
  });

  test("does not make a node wait that would run alone", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const runner = new DagRunner({ dag: chain(3), runNode: noop, parallelNodeStartupWaitingPeriod: 60 });
    expect((await runner.run()).nodes.get("n2")).toEqual({ status: "completed" });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("ignores an unknown upstream with one warning", async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const { nodes } = await new DagRunner({ dag: { a: ["ghost"] }, runNode: noop, onWarning }).run();
    expect(nodes.get("a")).toEqual({ status: "completed" });
    expect(warnings).toEqual(['Node "a" names the parent "ghost", which is no node: ignored.']);
  });

  test("refuses a cycle before anything runs", () => {
    const nodes = new ManualNodes();
    expect(() => new DagRunner({ dag: { a: ["b"], b: ["a"] }, runNode: nodes.run })).toThrow(
      CyclicGraphError,
    );
    expect(nodes.started).toEqual([]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "refuses maxParallelism %d",
    (maxParallelism) => {
      const make = () => new DagRunner({ dag: {}, runNode: noop, maxParallelism });
      expect(make).toThrow(DagOptionError);
      const fields = { code: "usage", option: "maxParallelism", value: maxParallelism };
      expect(make).toThrow(expect.objectContaining(fields));
      expect(make).toThrow(`maxParallelism is ${maxParallelism}, but it must be a positive integer.`);
    },
  );

  test.each([-1, Number.NaN, 2 ** 31])("refuses a waiting period of %d seconds", (period) => {
    const make = () => new DagRunner({ dag: {}, runNode: noop, parallelNodeStartupWaitingPeriod: period });
    expect(make).toThrow(expect.objectContaining({ code: "usage", value: period }));
  });
});

describe("DagRunner with 100,000 nodes", () => {
  test.each([
    ["a chain", chain(100_000)],
    ["a fan-out", fanOut(100_000)],
  ])("runs %s", async (_, dag) => {
    let ran = 0;
    const runNode = async () => {
      ran += 1;
    };
    const { nodes } = await new DagRunner({ dag, runNode, maxParallelism: 8 }).run();
    expect(ran).toBe(100_000);
    expect(nodes.get("n99999")).toEqual({ status: "completed" });
  });

  test.each([
    ["a chain", chain(100_000)],
    ["a fan-out", fanOut(100_000)],
  ])("skips all below the failed root of %s", async (_, dag) => {
    const runNode = () => Promise.reject(new Error("broke"));
    const { nodes } = await new DagRunner({ dag, runNode, maxParallelism: 8 }).run();
    const reason = { kind: "upstream_failed", upstream: "n0" };
    expect(nodes.get("n99999")).toEqual({ status: "skipped", reason });
    expect(nodes.size).toBe(100_000);
  });
});
