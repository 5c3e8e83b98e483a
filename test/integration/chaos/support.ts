import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import Dockerode from "dockerode";
import { expect } from "vitest";
import { loadArtifact } from "../../../src/host/result.ts";
import type { PipelineRun, StepRun } from "../../../src/model/index.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { type AttemptPaths, attemptPaths } from "../../../src/workspace/paths.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { type CliResult, stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { MEET } from "../pipeline/rendezvous.ts";

export const docker = new Dockerode();

const PIPELINE = `
import { pipeline, step } from "stepdock";
import * as z from "zod";
${MEET}
export const make = step({ name: "make", output: z.string(), run: () => {
  console.log("UNIQUE");
  return "made";
} });
export const hold = step({ name: "hold", inputs: { text: z.string() }, output: z.string(), run: async ({ text }) => {
  await meet("hold");
  return text + ", held by version 1";
} });
export const use = step({ name: "use", inputs: { held: z.string(), made: z.string() }, output: z.string(),
  run: ({ held, made }) => held + ", used by version 1, " + made });
const wired = (holding: typeof hold) => () => {
  const made = make();
  return { result: use({ held: holding({ text: made }), made }) };
};
export const plain = pipeline({ name: "plain", define: wired(hold) });
export const patient = pipeline({ name: "patient", define: wired(hold.with({ retry: { maxRetries: 1, delay: 0 } })) });
export const small = pipeline({ name: "small", define: () => { make(); } });
`;

/** What `use` returns where nothing was lost. */
export const RESULT = "made, held by version 1, used by version 1, made";

/** `make → hold → use`, and `make → use`; `hold` waits for `letGo`. */
export interface CrashProject extends Project {
  readonly stepdock: (...args: string[]) => Promise<CliResult>;
  readonly stepdockWith: (
    env: Readonly<Record<string, string | undefined>>,
    ...args: string[]
  ) => Promise<CliResult>;
  /** Runs the command; as soon as `hold` runs, does this, and waits for both. Where that fails, the command is killed. */
  whileHeld(
    args: readonly string[],
    act: (kill: () => void) => unknown,
    env?: Readonly<Record<string, string | undefined>>,
  ): Promise<CliResult>;
  /** Resolves when the container for `use` is there, too: then nothing more is asked of the engine while `hold` runs. */
  parked(): Promise<void>;
  /** Runs a pipeline until `hold` runs and `use` is parked, and kills the orchestrator then. */
  crash(pipeline?: string): Promise<PipelineRun>;
  letGo(): Promise<void>;
  run(): Promise<PipelineRun>;
  /** Every attempt at an invocation of the newest run. */
  attempts(invocation: string): Promise<readonly StepRun[]>;
  only(invocation: string): Promise<StepRun>;
  pathsOf(invocation: string, attempt?: number): Promise<AttemptPaths>;
  /** The directory of the only output of an invocation. */
  artifactOf(invocation: string): Promise<string>;
  result(): Promise<unknown>;
  containers(): Promise<readonly Dockerode.ContainerInfo[]>;
  /** Those of \`hold\`: others may be parked for the steps after it. */
  held(): Promise<readonly Dockerode.ContainerInfo[]>;
}

export const crashProject = async (): Promise<CrashProject> => {
  const project = await createProject({
    // Equal sources would have equal images, which another test may remove at this moment.
    "pipeline.ts": PIPELINE.replace("UNIQUE", randomUUID()),
  });
  const open = () => openWorkspace(project.path(".stepdock"));
  const cli: CrashProject["stepdockWith"] = (env, ...args) => stepdock(args, { cwd: project.directory, env });
  const run = async () => {
    await using workspace = await open();
    return (await workspace.metadata.listRuns({ limit: 1 }))[0] ?? expect.unreachable("there is no run");
  };
  const attempts = async (invocation: string) => {
    await using workspace = await open();
    const steps = await workspace.metadata.listStepRuns((await run()).id);
    return steps.filter(({ invocationId }) => invocationId === invocation);
  };
  const only = async (invocation: string) => {
    const [first, ...others] = await attempts(invocation);
    expect(others).toEqual([]);
    return first ?? expect.unreachable(`${invocation} has no record`);
  };
  const outputOf = async (invocation: string) => {
    await using workspace = await open();
    const last = (await attempts(invocation)).at(-1);
    const [artifact] = Object.values(await workspace.metadata.outputsOf(last?.id ?? ""));
    if (!artifact) return expect.unreachable(`${invocation} is ${last?.status}`);
    return {
      path: workspace.artifactStore.path(artifact.uri),
      value: await loadArtifact({ workspace }, artifact),
    };
  };
  const workspaceId = async () => {
    await using workspace = await open();
    return workspace.metadata.workspaceId;
  };
  const containers = async () => {
    const label = [`${LABEL.workspace}=${await workspaceId()}`];
    return await docker.listContainers({ all: true, filters: { label } });
  };
  const parked = () =>
    until(async () =>
      (await containers()).some(({ Labels, State }) => Labels[LABEL.step] === "use" && State !== "created"),
    );
  const held = async () => (await containers()).filter(({ Labels }) => Labels[LABEL.step] === "hold");
  const whileHeld: CrashProject["whileHeld"] = async (args, act, env = {}) => {
    let acted: Promise<unknown> | undefined;
    const result = await stepdock([...args, "--json"], {
      ...{ cwd: project.directory, env },
      onSpawn: (child) => {
        const kill = () => void child.kill("SIGKILL");
        let said = "";
        child.stdout?.on("data", (chunk: Buffer) => {
          said += chunk.toString();
          if (acted || !said.includes("hold is here")) return;
          acted = (async () => await act(kill))();
          acted.catch(kill); // Why is told below; nobody else would let the step go.
        });
      },
    });
    await acted;
    return result;
  };
  return {
    ...{ ...project, run, attempts, only, whileHeld, containers, held, parked },
    stepdock: (...args) => cli({}, ...args),
    stepdockWith: cli,
    crash: async (pipeline = "plain") => {
      // A container that was being made at the kill would be there later, when whoever cleans up has looked.
      const result = await whileHeld(["run", "pipeline.ts", pipeline, "--no-cache"], (kill) =>
        parked().then(kill),
      );
      expect(result.signal, result.stderr).toBe("SIGKILL");
      return await run();
    },
    letGo: () => writeFile(project.path(".stepdock/stores/go"), ""),
    pathsOf: async (invocation, attempt = 1) => {
      await using workspace = await open();
      return attemptPaths(workspace.paths, { runId: (await run()).id, invocationId: invocation, attempt });
    },
    artifactOf: async (invocation) => (await outputOf(invocation)).path,
    result: async () => (await outputOf("use")).value,
  };
};

/** Waits for a condition. */
export const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await setTimeout(20);
};
