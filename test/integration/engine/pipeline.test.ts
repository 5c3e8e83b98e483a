import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { RunEvent } from "../../../src/model/index.ts";
import { keepTrackOf } from "../../fixtures/children.ts";
import { stepdock } from "../../fixtures/cli.ts";
import { startEngineProxy } from "../../fixtures/engine-proxy.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

/** Adds three numbers, of which a step tells; a `patience` makes that step wait for as many milliseconds first. */
const PIPELINE = `
import { setTimeout } from "node:timers/promises";
import { pipeline, step } from "stepdock";
import { run } from "stepdock/host";
import * as z from "zod";

export const count = step({
  name: "count",
  inputs: { patience: z.int() },
  output: z.array(z.int()),
  run: async ({ patience }) => {
    console.log("counting");
    await setTimeout(patience);
    return [1, 2, 3];
  },
});
export const add = step({
  name: "add",
  inputs: { numbers: z.array(z.int()) },
  output: z.int(),
  run: ({ numbers }) => numbers.reduce((sum, number) => sum + number, 0),
});
export const adding = pipeline({
  name: "adding",
  parameters: { patience: z.int() },
  define: ({ patience }) => add({ numbers: count({ patience }) }),
});

if (import.meta.main) {
  const onEvent = (event) => console.log(JSON.stringify(event));
  const result = await run(adding, { parameters: { patience: Number(process.argv[2]) }, onEvent });
  console.error(result.run.status, await result.outputs());
}
`;

/** A run that has ended. */
interface EndedRun {
  readonly status: number | null;
  readonly events: readonly RunEvent[];
  readonly stderr: string;
}

interface PipelineRunOptions {
  readonly dockerHost: string;
  readonly patience?: number;
  readonly onEvent?: (event: RunEvent) => unknown;
}

/** Milliseconds, fewer than a test has: a run that hangs is ended, so that the test can clear up after it. */
const HANGS = 90_000;

/** Runs the pipeline in a process of its own; what it leaves goes with the project, at the engine's own socket. */
const runPipeline = async (
  project: Project,
  { dockerHost, patience = 0, onEvent = () => {} }: PipelineRunOptions,
): Promise<EndedRun> => {
  const env = { ...process.env, DOCKER_HOST: dockerHost };
  const options = { cwd: project.directory, env, timeout: HANGS, killSignal: "SIGKILL" } as const;
  const child = keepTrackOf(spawn(process.execPath, ["pipeline.ts", `${patience}`], options), options.cwd);
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const stderr = text(child.stderr);
  const events: RunEvent[] = [];
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as RunEvent;
    events.push(event);
    await onEvent(event);
  }
  return { status: await ended, events, stderr: await stderr };
};

/** Labels of every container of the run; of none, where it never started. */
const labelsOf = (events: readonly RunEvent[]): Record<string, string> => {
  const [started] = events.filter((event) => event.event === "run_started");
  return { "dev.stepdock.run-id": started?.runId ?? "never started" };
};

describe("a pipeline on an engine behind TCP", () => {
  it("builds its image, mounts its stores and runs to its result", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using project = await createProject({ "pipeline.ts": PIPELINE });
    const run = await runPipeline(project, { dockerHost: proxy.url });
    expect(run.stderr).toBe("completed 6\n");
    expect(run.status).toBe(0);
    expect(run.events).toContainEqual(expect.objectContaining({ event: "step_log", text: "counting" }));
  });

  it("is not run where nobody listens: the command line says so and ends with status 3", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using project = await createProject({ "pipeline.ts": PIPELINE });
    await proxy.kill();
    const at = { cwd: project.directory, env: { DOCKER_HOST: proxy.url } };
    const { status, stdout, stderr } = await stepdock(["run", "pipeline.ts", "--param", "patience=0"], at);
    expect(`${stdout}${stderr}`).toContain(`DOCKER_HOST (${proxy.url}): nothing listens there`);
    expect(status).toBe(3);
  });

  it("is interrupted where the connection is lost midway; its container runs on, to be resumed", async () => {
    await using direct = await connectEngine();
    await using proxy = await startEngineProxy(direct);
    await using project = await createProject({ "pipeline.ts": PIPELINE });
    const run = await runPipeline(project, {
      dockerHost: proxy.url,
      patience: 1_000_000,
      onEvent: (event) => event.event === "step_log" && proxy.kill(),
    });
    // A program of the user's: what it does not catch ends it with status 1.
    expect(run.status).toBe(1);
    expect(run.stderr).toContain("the connection to the engine was lost while it ran");
    expect(run.stderr).toMatch(/`stepdock resume [0-9a-f-]{36}` goes on with it/);
    // What was parked ends by itself, once the engine has seen that nobody holds its standard input.
    const running = async () => {
      const left = await direct.containers.list(labelsOf(run.events));
      return left.filter(({ state }) => state === "running").map(({ labels }) => labels["dev.stepdock.step"]);
    };
    await expect.poll(running, { timeout: 60_000 }).toEqual(["count"]);
  });
});
