import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PIPELINES } from "./pipelines.ts";
import {
  type Bench,
  ForeignOrchestrator,
  openBench,
  runEntrypoint,
  type Submission,
  statusesOf,
  stepArguments,
} from "./support.ts";

/** Says where the run's id and name come from, and wants to be told a region. */
const CONFIGURATION = `import { StepEntrypointConfiguration } from "stepdock/orchestrators";
export class RegionalConfiguration extends StepEntrypointConfiguration {
  static getCustomEntrypointOptions() { return new Set(["region"]); }
  static getCustomEntrypointArguments() { return ["--region", "north"]; }
  getOrchestratorRunId() { return process.env.JOB_ID; }
  getRunName(pipelineName) { return pipelineName + " in " + this.arguments.region; }
  async run() {
    console.log("in " + this.arguments.region);
    await super.run();
  }
}
export const notOne = 3;
`;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ ...PIPELINES, "regional.mjs": CONFIGURATION });
});
afterAll(() => bench[Symbol.asyncDispose]());

/** What an orchestrator would hand over, kept for an engine that starts it on its own later: nobody waits for it. */
const submissionOf = async (
  exportName: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Submission> => {
  const traits = { isSynchronous: false };
  const orchestrator = new ForeignOrchestrator({ engine: async () => {}, traits }, bench.services);
  const { run } = await bench.run(orchestrator, { exportName, parameters });
  await orchestrator.stopRun(run);
  const [submission] = orchestrator.submissions;
  return submission ?? expect.unreachable();
};

const start = (
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  onSpawn?: (child: ChildProcess) => void,
) => runEntrypoint(bench.services.entrypointPath, args, environment, onSpawn);

const runsOf = async (orchestratorRunId: string) => {
  const all = await bench.services.metadata.listRuns();
  const runs = all.filter((run) => run.orchestratorRunId === orchestratorRunId);
  return await Promise.all(runs.map((run) => bench.recordsOf(run)));
};

test("steps that an engine starts at once under an id of its own create one run, and the last one ends it", async () => {
  const { snapshot, base } = await submissionOf("pair");
  const environment = { ...base, ZENML_RUN_ID: "scheduled-1", ZENML_RUN_NAME: "by night" };
  const started = ["one", "two"].map((id) => start(stepArguments(snapshot, id), environment));
  expect((await Promise.all(started)).map(({ status, stderr }) => [status, stderr])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  const [only, ...others] = await runsOf("scheduled-1");
  expect(others).toEqual([]);
  expect(only?.run).toMatchObject({ name: "by night", status: "completed" });
  expect(statusesOf(only?.steps ?? [])).toEqual({ one: "completed", two: "completed" });
});

test("a step that a live process launches is not launched again; one that has ended is only told", async () => {
  const file = bench.project.path("twice");
  const { snapshot, base } = await submissionOf("waiting", { file });
  const environment = { ...base, ZENML_RUN_ID: "scheduled-2" };
  const first = start(stepArguments(snapshot, "waits"), environment);
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  expect(await start(stepArguments(snapshot, "waits"), environment)).toMatchObject({
    status: 75,
    stderr: expect.stringMatching(/Another process that is alive works on step "waits"/),
  });
  await writeFile(`${file}.go`, "");
  expect((await first).status).toBe(0);
  expect((await start(stepArguments(snapshot, "waits"), environment)).status).toBe(0);
  const [ran] = await runsOf("scheduled-2");
  expect(ran?.steps.map(({ attempt, status }) => [attempt, status])).toEqual([[1, "completed"]]);
});

test("an engine that stops a container stops its step; one that lost it starts it again, and the attempt is made anew", async () => {
  const signalled = async (signal: NodeJS.Signals, run: string) => {
    const file = bench.project.path(run);
    const { snapshot, base } = await submissionOf("waiting", { file });
    const environment = { ...base, ZENML_RUN_ID: run };
    let launcher: ChildProcess | undefined;
    const ended = start(stepArguments(snapshot, "waits"), environment, (child) => {
      launcher = child;
    });
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
    launcher?.kill(signal);
    // Without a container, the step's process outlives its launcher.
    if (signal === "SIGKILL") await writeFile(`${file}.go`, "");
    const { status } = await ended;
    const again = () => start(stepArguments(snapshot, "waits"), environment);
    return { status, again };
  };
  expect((await signalled("SIGTERM", "terminated")).status).toBe(143);
  const [terminated] = await runsOf("terminated");
  expect([terminated?.run.status, statusesOf(terminated?.steps ?? [])]).toEqual([
    ...["stopped", { waits: "stopped" }],
  ]);
  const { status, again } = await signalled("SIGKILL", "killed");
  expect(status).toBe(null);
  expect((await again()).status).toBe(0);
  const [killed] = await runsOf("killed");
  expect(killed?.run.status).toBe("completed");
  expect(killed?.steps.map(({ attempt, failure, ...step }) => [attempt, step.status, failure?.kind])).toEqual(
    [
      [1, "stopped", "lost"],
      [2, "completed", undefined],
    ],
  );
});

test("an entrypoint configuration of the user's has its own options, names the run and wraps the step", async () => {
  const { snapshot, base } = await submissionOf("pair");
  const { ZENML_RUN_ID: _, ...environment } = base;
  const source = `${bench.project.path("regional.mjs")}#RegionalConfiguration`;
  const args = ["--entrypoint_config_source", source, "--snapshot_id", snapshot.id, "--step_name", "one"];
  const job = { ...environment, JOB_ID: "job-7" };
  expect(await start([...args, "--region", "north"], job)).toMatchObject({ status: 0, stdout: "in north\n" });
  const [ran] = await runsOf("job-7");
  expect(ran?.run).toMatchObject({ name: "pair in north", status: "running" });
  expect(await start([...args, "--colour", "red"], job)).toMatchObject({
    ...{ status: 64, stderr: expect.stringMatching(/--colour/) },
  });
  const notOne = args.with(1, source.replace(/#.*/, "#notOne"));
  expect(await start(notOne, job)).toMatchObject({
    ...{ status: 64, stderr: expect.stringMatching(/is no entrypoint configuration/) },
  });
});

test("what a launch cannot do without is named, with the exit code of its kind", async () => {
  const { snapshot, base } = await submissionOf("fork");
  const ends = await Promise.all([
    start(["--step_name", "first", "--snapshot_id", "none"], base),
    start(stepArguments(snapshot, "last"), { ...base, ZENML_RUN_ID: "e1" }),
    start(stepArguments(snapshot, "first"), { ...base, ZENML_RUN_ID: "" }),
    start(stepArguments(snapshot, "first"), { ...base, STEPDOCK_HOME: bench.project.path("nowhere") }),
    start(stepArguments(snapshot, "left"), { ...base, ZENML_RUN_ID: "e2" }),
    start(stepArguments(snapshot, "first"), base),
  ]);
  expect(ends.map(({ status, stderr }) => [status, stderr])).toEqual([
    [64, expect.stringMatching(/no snapshot "none"/)],
    [64, expect.stringMatching(/no step "last".*first, left, right/)],
    [64, expect.stringMatching(/ZENML_RUN_ID is not set/)],
    [66, expect.stringMatching(/no workspace at .*nowhere.*read-write at the same path/)],
    [66, expect.stringMatching(/started before "first", which it needs, had ended/)],
    [143, expect.stringMatching(/step "first", attempt 1: stopped/)],
  ]);
});
