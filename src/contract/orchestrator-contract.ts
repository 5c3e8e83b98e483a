import { deepEqual, equal, partialDeepStrictEqual as has, match, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { projectRootOf } from "../workspace/paths.ts";
import { type ContractBench, openContractBench } from "./contract-bench.ts";
import { type Ended, linesOf, statusesIn } from "./runner.ts";

/** What a test runner gives: of vitest as they are; `before` and `after` of node:test. */
export interface TestRunner {
  readonly test: (name: string, work: () => Promise<void>) => unknown;
  readonly beforeAll: (work: () => Promise<void>) => unknown;
  readonly afterAll: (work: () => Promise<void>) => unknown;
}

export interface ContractOptions {
  /** The directory of the project whose stack it is. Default: that of the nearest package.json. */
  readonly project?: string | (() => string);
}

/** Four runs of small pipelines, made before the first test. */
interface Runs {
  readonly first: Ended;
  readonly again: Ended;
  readonly failing: Ended;
  readonly held: Ended;
}

/**
 * The suite that every orchestrator passes, built in or not, wherever it runs steps: four runs of small pipelines on a
 * stack of the project.
 *
 * @param stack as `stepdock.config.ts` names it, or a built-in one
 */
export const orchestratorContract = (
  stack: string,
  { test, beforeAll, afterAll }: TestRunner,
  { project = projectRootOf(process.cwd()) }: ContractOptions = {},
): void => {
  let [bench, runs]: [ContractBench?, Runs?] = [];
  beforeAll(async () => {
    bench = await openContractBench(resolve(typeof project === "string" ? project : project()), stack);
    runs = await allRuns(bench);
  });
  afterAll(async () => await bench?.[Symbol.asyncDispose]());
  for (const [name, check] of Object.entries(CHECKS)) {
    test(`orchestrator of stack ${stack}: ${name}`, async () => {
      if (!bench || !runs) throw new Error("the runs of the contract could not be made");
      check(runs, { bench, stack });
    });
  }
};

const allRuns = async (bench: ContractBench): Promise<Runs> => ({
  first: await bench.run("whole"),
  again: await bench.run("whole"),
  failing: await bench.run("failing"),
  held: await bench.run("held", "holding"),
});

type Check = (runs: Runs, place: { readonly bench: ContractBench; readonly stack: string }) => void;

const CHECKS: Readonly<Record<string, Check>> = {
  "values and files go from step to step": ({ first }, { stack }) => {
    has(first.run, { status: "completed", failure: null, stack });
    has(first.outputs, { text: "0,1,2" });
  },

  "a step is told its own variables and those of its run": ({ first }) => {
    const runId = first.run.orchestratorRunId;
    match(runId, /^whole-/);
    has(first.outputs, { colour: "blue", stepName: "told", runId });
  },

  "what a step prints is told line by line, each stream for itself": ({ first }) => {
    deepEqual(linesOf(first, "make").toSorted(), ["stderr: on stderr", "stdout: made 3"]);
  },

  "a step that fails is tried again, and each attempt has its record": ({ first }) => {
    const attempts = first.steps.filter(({ invocationId }) => invocationId === "flaky");
    deepEqual(
      attempts.map(({ attempt, status }) => [attempt, status]),
      [
        [1, "retried"],
        [2, "completed"],
      ],
    );
    has(first.outputs, { attempt: 2 });
  },

  "what an earlier run made is taken from it, and nothing is executed": ({ first, again }) => {
    const ids = ["make", "write", "read", "flaky", "told"];
    deepEqual(statusesIn(again), Object.fromEntries(ids.map((id) => [id, "cached"])));
    deepEqual(again.outputs, first.outputs);
    deepEqual(
      again.events.filter(({ event }) => event === "step_log"),
      [],
    );
  },

  "a step that throws fails its run with its own error; what depends on it is skipped, all else runs": (
    { failing },
    { bench },
  ) => {
    equal(failing.run.status, "failed");
    deepEqual(statusesIn(failing), { make: "completed", boom: "failed", plus_one: "skipped" });
    const failure = failing.steps.find(({ invocationId }) => invocationId === "boom")?.failure;
    has(failure, { kind: "threw", name: "RangeError", message: "too far" });
    ok(failure?.stack?.includes(`${bench.file}:`), `the stack names ${bench.file}: ${failure?.stack}`);
  },

  "a run that is stopped asks its steps to end, and starts no more": ({ held }, { bench }) => {
    equal(held.run.status, "stopped");
    has(statusesIn(held), { hold: "stopped" });
    ok(statusesIn(held).plus_one !== "completed", "a step after the one that was stopped has run");
    ok(existsSync(join(bench.workspaceRoot, "runs", held.run.id)));
  },
};
