import { once } from "node:events";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clean } from "../../../src/host/clean.ts";
import { isLive } from "../../../src/host/run-state.ts";
import type { RunEvent } from "../../../src/model/index.ts";
import { NotSupportedError } from "../../../src/orchestrators.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { PIPELINES } from "./pipelines.ts";
import {
  type Bench,
  type Engine,
  type EntrypointEnd,
  type ForeignOptions,
  ForeignOrchestrator,
  openBench,
  processEngine,
  statusesOf,
} from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench(PIPELINES);
});
afterAll(() => bench[Symbol.asyncDispose]());

const noEngine = () => Promise.reject(new NotSupportedError("no engine"));

/** A run that was submitted and whose only step is under way. */
const submit = async (name: string) => {
  const file = bench.project.path(name);
  const ends = new Map<string, EntrypointEnd>();
  const orchestrator = new ForeignOrchestrator(
    { engine: processEngine(ends), traits: { isSynchronous: false } },
    bench.services,
  );
  const { run, events } = await bench.run(orchestrator, { exportName: "waiting", parameters: { file } });
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  return { file, ends, orchestrator, run, events };
};

/** Takes so long to submit that it is interrupted meanwhile. */
class Slow extends ForeignOrchestrator {
  readonly leftovers: string[] = [];
  readonly #interrupted: AbortSignal;

  constructor(options: ForeignOptions, services: Bench["services"], interrupted: AbortSignal) {
    super(options, services);
    this.#interrupted = interrupted;
  }

  override async submitPipeline(...given: Parameters<ForeignOrchestrator["submitPipeline"]>) {
    const result = await super.submitPipeline(...given);
    await once(this.#interrupted, "abort");
    return result;
  }

  protected override async removeLeftovers(runId: string): Promise<void> {
    this.leftovers.push(runId);
  }
}

/** Fails to submit when the only step is under way, and to remove what is left if it is told to. */
class Failing extends Slow {
  readonly #file: string;
  readonly #unremovable: boolean;

  constructor(file: string, services: Bench["services"], unremovable = false) {
    super({ engine: processEngine() }, services, AbortSignal.abort());
    this.#file = file;
    this.#unremovable = unremovable;
  }

  override async submitPipeline(...given: Parameters<ForeignOrchestrator["submitPipeline"]>): Promise<never> {
    await ForeignOrchestrator.prototype.submitPipeline.apply(this, given);
    await expect.poll(() => existsSync(this.#file), { timeout: 60_000 }).toBe(true);
    throw new RangeError("the second job was refused");
  }

  protected override async removeLeftovers(runId: string): Promise<void> {
    await super.removeLeftovers(runId);
    if (this.#unremovable) throw new RangeError("the first job stays");
  }
}

test("an asynchronous orchestrator's run goes on after `run`, and nobody takes it for dead", async () => {
  const { file, orchestrator, run, events } = await submit("goes-on");
  expect(run).toMatchObject({ status: "running", finishedAt: null });
  expect(events.map(({ event }) => event)).not.toContain("run_finished");
  expect(isLive(bench.services.paths, run)).toBe(true);
  expect(await orchestrator.fetchStatus(run, true)).toEqual(["running", { waits: "running" }]);
  await using workspace = await openWorkspace(bench.services.paths.root);
  const notes: string[] = [];
  const onNote = (note: string) => void notes.push(note);
  // Without the engine, which others use at the same time.
  expect(await clean(workspace, noEngine, { keep: 0, onNote })).toBe(0);
  expect(notes[0]).toContain("goes on and is kept");
  const resumed = bench.run(orchestrator, { exportName: "waiting", parameters: { file }, resume: run });
  await expect(resumed).rejects.toMatchObject({ message: expect.stringMatching(/goes on by itself/) });

  await writeFile(`${file}.go`, "");
  await orchestrator.work;
  const { run: finished, steps } = await bench.recordsOf(run);
  expect(statusesOf(steps)).toEqual({ waits: "completed" });
  expect(finished.status).toBe("completed");
});

test("stopping it ends its launchers, and then the run", async () => {
  const { ends, orchestrator, run } = await submit("is-stopped");
  const stopped = await orchestrator.stopRun(run);
  expect(stopped).toMatchObject({ abandoned: false, run: { status: "stopped" } });
  await orchestrator.work;
  expect(ends.get("waits")?.status).toBe(143);
  expect(statusesOf((await bench.recordsOf(run)).steps)).toEqual({ waits: "stopped" });
  expect(existsSync(`${bench.services.paths.runs}/${run.id}/stop`)).toBe(false);
});

test("one that is interrupted while it submits ends what it has submitted", async () => {
  const file = bench.project.path("is-submitted");
  const stop = new AbortController();
  const engine = processEngine();
  const submitting: Engine = async (submission, services) => {
    const work = engine(submission, services);
    await Promise.race([work, expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true)]);
    stop.abort();
    await work;
  };
  const traits = { isSynchronous: false };
  const orchestrator = new Slow({ engine: submitting, traits }, bench.services, stop.signal);
  const options = { exportName: "waiting", parameters: { file }, signal: stop.signal };
  const { run, steps, events } = await bench.run(orchestrator, options);
  await orchestrator.work;
  expect([run.status, statusesOf(steps)]).toEqual(["stopped", { waits: "stopped" }]);
  expect(events.at(-1)).toMatchObject({ event: "run_finished", status: "stopped" });
  expect(events.filter(({ event }) => event === "warning")).toEqual([]);
  expect(orchestrator.leftovers).toEqual([run.id]);
});

test("a synchronous one that is interrupted passes that on to the launchers, and ends as stopped", async () => {
  const file = bench.project.path("is-interrupted");
  const stop = new AbortController();
  const orchestrator = new ForeignOrchestrator({ engine: processEngine() }, bench.services);
  const options = { exportName: "waiting", parameters: { file }, signal: stop.signal };
  const running = bench.run(orchestrator, options);
  await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(true);
  stop.abort();
  const { run, steps, events } = await running;
  expect([run.status, statusesOf(steps)]).toEqual(["stopped", { waits: "stopped" }]);
  expect(events.filter(({ event }) => event === "warning")).toEqual([]);
});

test.each([false, true])(
  "where a part of a run cannot be submitted, what was does not go on, and the first error is told (not to be removed: %s)",
  async (unremovable) => {
    const file = bench.project.path(`refused-${unremovable}`);
    const orchestrator = new Failing(file, bench.services, unremovable);
    const events: RunEvent[] = [];
    const running = bench.run(orchestrator, { exportName: "waiting", parameters: { file }, events });
    await expect(running).rejects.toThrow("the second job was refused");
    await orchestrator.work;
    const [run] = await bench.services.metadata.listRuns();
    const records = await bench.recordsOf(run ?? expect.unreachable());
    expect([records.run.status, records.run.failure?.message, statusesOf(records.steps)]).toEqual([
      "failed",
      "the second job was refused",
      { waits: "stopped" },
    ]);
    expect(orchestrator.leftovers).toEqual([run?.id]);
    const warnings = events.flatMap((event) => (event.event === "warning" ? [event.message] : []));
    const told = [expect.stringMatching(/may still be there.*by hand: the first job stays/)];
    expect(warnings).toEqual(unremovable ? told : []);
  },
);

test("an orchestrator with an executor of its own cannot return before its steps have ended", async () => {
  class Contradictory extends ForeignOrchestrator {
    protected override executor = () => Promise.reject(new RangeError("opened"));
  }
  const traits = { isSynchronous: false };
  const orchestrator = new Contradictory({ engine: async () => {}, traits }, bench.services);
  const before = await bench.services.metadata.listRuns();
  await expect(bench.run(orchestrator, { exportName: "waiting", parameters: { file: "f" } })).rejects.toThrow(
    /"foreign" \(foreign\) has both an `executor\(\)`.*nobody would run them/,
  );
  expect(await bench.services.metadata.listRuns()).toEqual(before);
  expect(orchestrator.submissions).toEqual([]);
});
