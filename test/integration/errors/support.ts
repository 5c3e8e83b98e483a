import { expect } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { PipelineRun } from "../../../src/model/index.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { type CliOptions, type CliResult, stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

/** Imports that every pipeline file begins with. */
export const IMPORTS = 'import { pipeline, step } from "stepdock";\nimport * as z from "zod";\n';

const EARLIER = `${IMPORTS}
export const greet = step({ name: "greet", output: z.string(), run: () => "hello" });
export const earlier = pipeline({ name: "earlier", define: () => greet() });
`;

export interface ErrorProject extends Project {
  stepdock(args: readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
  /** Newest first, as the command line tells them. */
  runs(): Promise<PipelineRun[]>;
  /** The run that was completed before anything went wrong is still listed, and the engine has no container of ours. */
  expectNothingLost(): Promise<void>;
}

/** A project in which one run was completed. */
export const errorProject = async (files: Readonly<Record<string, string>>): Promise<ErrorProject> => {
  const project = await createProject({ ...files, "earlier.ts": EARLIER });
  const run = (args: readonly string[], options: Partial<CliOptions> = {}) =>
    stepdock(args, { cwd: project.directory, ...options });
  const first = await run(["run", "earlier.ts", "--stack", "local"]);
  expect(first.status, first.stderr).toBe(0);
  const runs = async () => parsed((await run(["runs", "--json"])).stdout);
  return {
    ...project,
    stepdock: run,
    runs,
    expectNothingLost: async () => {
      expect((await runs()).at(-1)).toMatchObject({ pipelineName: "earlier", status: "completed" });
      expect(await containersOf(project.path(".stepdock"))).toEqual([]);
    },
  };
};

const parsed = (lines: string): PipelineRun[] =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as PipelineRun);

const workspaceLabel = async (workspacePath: string): Promise<Record<string, string>> => {
  await using workspace = await openWorkspace(workspacePath);
  return { [LABEL.workspace]: workspace.metadata.workspaceId };
};

/** Names of the containers, running or not, that a workspace has made. */
export const containersOf = async (workspacePath: string): Promise<string[]> => {
  await using engine = await connectEngine();
  const found = await engine.containers.list(await workspaceLabel(workspacePath));
  return found.map(({ name, state }) => `${name} (${state})`);
};

/** The one message of a command that failed, without `error: `. Fails where there is another, or a stack of stepdock's. */
export const onlyMessage = ({ stderr }: CliResult): string => {
  expect(stderr).toMatch(/^error: /);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
  expect(stderr).not.toMatch(/fault of stepdock|node:internal|\/dist\/|\[object/);
  return stderr.slice("error: ".length).trimEnd();
};

/** `line:column` of a text that occurs once in a source, counted from 1. */
export const placeOf = (source: string, text: string): string => {
  const [before = "", ...after] = source.split(text);
  if (after.length !== 1) throw new Error(`${JSON.stringify(text)} occurs ${after.length} times`);
  const lines = before.split("\n");
  return `${lines.length}:${(lines.at(-1) ?? "").length + 1}`;
};
