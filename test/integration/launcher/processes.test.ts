import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OrchestratorTraits } from "../../../src/orchestrators.ts";
import { attemptPaths } from "../../../src/workspace/paths.ts";
import { statusesOf as toldStatuses } from "../../fixtures/cli.ts";
import { PIPELINES } from "./pipelines.ts";
import {
  type Bench,
  type Engine,
  type EntrypointEnd,
  ForeignOrchestrator,
  openBench,
  processEngine,
  runEntrypoint,
  statusesOf,
  stepArguments,
} from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench(PIPELINES);
});
afterAll(() => bench[Symbol.asyncDispose]());

const foreign = (traits: Partial<OrchestratorTraits> = {}) => {
  const ends = new Map<string, EntrypointEnd>();
  return {
    ends,
    orchestrator: new ForeignOrchestrator({ engine: processEngine(ends), traits }, bench.services),
  };
};

const ended = (ends: ReadonlyMap<string, EntrypointEnd>) =>
  Object.fromEntries([...ends].map(([id, { status, stderr }]) => [id, [status, stderr]]));

test("a subclass that only submits has its steps launched elsewhere; what is cached then is not submitted", async () => {
  const { orchestrator, ends } = foreign();
  const { run, steps } = await bench.run(orchestrator, { exportName: "fork" });
  expect(ended(ends)).toEqual({ first: [0, ""], left: [0, ""], right: [0, ""] });
  expect(statusesOf(steps)).toEqual({ first: "completed", left: "completed", right: "completed" });
  expect(run).toMatchObject({ status: "completed", metadata: { engine: "foreign", runsElsewhere: true } });
  const ids = { runId: run.id, invocationId: "first", attempt: 1 };
  expect(await readFile(attemptPaths(bench.services.paths, ids).log, "utf8")).toContain("hello from first");
  expect(ends.get("first")?.stdout).toBe("hello from first\n");

  const again = await bench.run(orchestrator, { exportName: "fork", parameters: { factor: "3" } });
  expect(statusesOf(again.steps)).toEqual({ first: "cached", left: "cached", right: "completed" });
  expect(Object.keys(orchestrator.submissions[1]?.snapshot.invocations ?? {})).toEqual(["right"]);

  const unasked = foreign({ supportsClientSideCaching: false });
  const third = await bench.run(unasked.orchestrator, { exportName: "fork", parameters: { factor: "3" } });
  expect(statusesOf(third.steps)).toEqual({ first: "cached", left: "cached", right: "cached" });
  expect([...unasked.ends.values()].map(({ stderr }) => stderr)).toEqual([
    'stepdock: step "first", attempt 1: cached\n',
    expect.stringMatching(/cached/),
    expect.stringMatching(/cached/),
  ]);
});

test("enableCache of its configuration turns caching off, on the host and in the launchers", async () => {
  await bench.run(foreign().orchestrator, { exportName: "fork" });
  const engine = processEngine();
  const orchestrator = new ForeignOrchestrator({ engine, enableCache: false }, bench.services);
  const { steps } = await bench.run(orchestrator, { exportName: "fork" });
  expect(statusesOf(steps)).toEqual({ first: "completed", left: "completed", right: "completed" });
});

test("what a failed step leaves to nobody is skipped by whoever ends, and the run takes its status from that", async () => {
  const { orchestrator, ends } = foreign();
  const { run, steps, events } = await bench.run(orchestrator, { exportName: "broken" });
  expect(toldStatuses(events)).toEqual({ one: "completed", throws: "failed", needy: "skipped" });
  expect(statusesOf(steps)).toEqual({ one: "completed", throws: "failed", needy: "skipped" });
  expect(run.status).toBe("failed");
  expect(ends.get("throws")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/RangeError: too far/),
  });
  const failure = steps.find(({ status }) => status === "failed")?.failure;
  expect(failure).toMatchObject({ kind: "threw", stack: expect.stringMatching(/pipeline\.ts:\d+/) });
});

test("stop_on_failure holds, whatever the engine starts; fail_fast is refused before there is a run", async () => {
  const engine: Engine = async ({ snapshot, environments }, { entrypointPath }) => {
    for (const id of Object.keys(snapshot.invocations))
      await runEntrypoint(entrypointPath, stepArguments(snapshot, id), environments[id] ?? {});
  };
  const stubborn = new ForeignOrchestrator({ engine }, bench.services);
  const { run, steps } = await bench.run(stubborn, { exportName: "strict" });
  expect(statusesOf(steps)).toEqual({ throws: "failed", needy: "skipped", two: "skipped" });
  expect(run.status).toBe("failed");
  const before = await bench.services.metadata.listRuns();
  await expect(bench.run(foreign().orchestrator, { exportName: "hasty" })).rejects.toMatchObject({
    code: "not_supported",
    message: expect.stringMatching(/fail_fast.*It supports: stop_on_failure, continue_on_failure/),
  });
  expect(await bench.services.metadata.listRuns()).toHaveLength(before.length);
});

test("a step that ends its own process is recorded as failed, since its launcher is another", async () => {
  const { orchestrator, ends } = foreign();
  const { run, steps } = await bench.run(orchestrator, { exportName: "leaving" });
  expect(run.status).toBe("failed");
  expect(steps[0]?.failure?.message).toMatch(/process\.exit\(0\)/);
  expect(ends.get("leaves")?.status).toBe(1);
});

test("what a step has started and left behind ends with it, and keeps no launcher waiting", async () => {
  const { orchestrator, ends } = foreign();
  const { run, steps } = await bench.run(orchestrator, { exportName: "littering" });
  expect(ended(ends)).toEqual({ litters: [0, ""] });
  expect([run.status, statusesOf(steps)]).toEqual(["completed", { litters: "completed" }]);
});

test("a schedule reaches an orchestrator that has schedules; any other warns of it, and runs at once", async () => {
  const warnings = async (traits: Partial<OrchestratorTraits>) => {
    const { orchestrator } = foreign(traits);
    const { run, events } = await bench.run(orchestrator, { exportName: "nightly" });
    expect(run.status).toBe("completed");
    const told = events.flatMap((each) => (each.event === "warning" ? [each.message] : []));
    return [orchestrator.submissions[0]?.snapshot.schedule, told];
  };
  const schedule = { name: "night", cronExpression: "0 2 * * *" };
  const traits = { isSchedulable: true, supportsClientSideCaching: false };
  expect(await warnings(traits)).toEqual([schedule, []]);
  const ignored =
    'Orchestrator "foreign" (foreign) has no schedules: that of pipeline "nightly" is ignored, and it runs now.';
  expect(await warnings({ ...traits, isSchedulable: false })).toEqual([schedule, [ignored]]);
});

test("a launcher tries a failed step again, unless the engine does", async () => {
  const attempts = async (traits: Partial<OrchestratorTraits>, restarts: number) => {
    const codes: (number | null)[] = [];
    const orchestrator = new ForeignOrchestrator(
      {
        traits,
        engine: async ({ snapshot, environments }, { entrypointPath }) => {
          for (let start = 0; start <= restarts && codes.at(-1) !== 0; start += 1) {
            const args = stepArguments(snapshot, "second");
            codes.push((await runEntrypoint(entrypointPath, args, environments.second ?? {})).status);
          }
        },
      },
      bench.services,
    );
    const parameters = { file: bench.project.path(`tries-${restarts}`) };
    const { run, steps } = await bench.run(orchestrator, { exportName: "retried", parameters });
    return { codes, status: run.status, steps: steps.map(({ attempt, status }) => [attempt, status]) };
  };
  const steps = [
    [1, "retried"],
    [2, "completed"],
  ];
  expect(await attempts({}, 0)).toEqual({ codes: [0], status: "completed", steps });
  expect(await attempts({ handlesStepRetries: true }, 2)).toEqual({
    ...{ codes: [1, 0], status: "completed", steps },
  });
});

test("steps that their engine never started have failed, and so has the run", async () => {
  const orchestrator = new ForeignOrchestrator({ engine: async () => {} }, bench.services);
  const { run, steps } = await bench.run(orchestrator, { exportName: "broken" });
  expect(run.status).toBe("failed");
  expect(statusesOf(steps)).toEqual({ one: "failed", throws: "failed", needy: "skipped" });
  expect(steps[0]?.failure).toMatchObject({ kind: "not_started", name: "NeverLaunched" });
});
