import { existsSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import type { Invocation } from "../../../src/model/index.ts";
import type { StepExecutor } from "../../../src/step-launcher/port.ts";
import { Preparations } from "../../../src/step-launcher/preparations.ts";
import type { RunContext } from "../../../src/step-launcher/run-context.ts";
import { workspacePaths } from "../../../src/workspace/paths.ts";
import { aSnapshot } from "../../contract/metadata-records.ts";

const contextIn = (root: string): RunContext => {
  const paths = workspacePaths(root);
  const run = { id: "run-1", name: "nightly", orchestratorRunId: "weather-1" };
  const artifactStore = createLocalArtifactStore({ root: paths.stores });
  return { paths, run, artifactStore, snapshot: aSnapshot() } as unknown as RunContext;
};

const invocation = (id: string) =>
  ({ id, stepName: id, outputs: { out: { materializer: "auto", type: "number" } } }) as unknown as Invocation;

test("no more are begun at a time than concurrentStarts says; one that waits is made by whoever needs it first", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "stepdock-preparations-"));
  const ready = Promise.withResolvers<void>();
  const executor = { prepare: () => ready.promise } as unknown as StepExecutor;
  const { signal } = new AbortController();
  await using preparations = new Preparations(contextIn(directory.path), executor, {
    ...{ concurrentStarts: 2, signal },
  });
  for (const id of ["a", "b", "c"]) preparations.prepare(invocation(id));
  const [a, b, c] = await Promise.all(["a", "b", "c"].map((id) => preparations.take(id)));
  expect([a, b].map((each) => each !== undefined && existsSync(each.paths.exchange))).toEqual([true, true]);
  expect(c).toBeUndefined();
  ready.resolve();
});

test("what nobody took is given up at the end, with its directories", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "stepdock-preparations-"));
  const made: string[] = [];
  const unprepared: string[] = [];
  const executor: Pick<StepExecutor, "prepare" | "unprepare"> = {
    prepare: async ({ assignment }) => void made.push(assignment.stepRunId),
    unprepare: async (stepRunId) => void unprepared.push(stepRunId),
  };
  const context = contextIn(directory.path);
  const options = { concurrentStarts: 1, signal: new AbortController().signal };
  const preparations = new Preparations(context, executor as StepExecutor, options);
  preparations.prepare(invocation("a"));
  await expect.poll(() => made).toHaveLength(1);
  await preparations[Symbol.asyncDispose]();
  expect(unprepared).toEqual(made);
  expect(existsSync(join(context.paths.runs, "run-1", "a", "1"))).toBe(false);
});
