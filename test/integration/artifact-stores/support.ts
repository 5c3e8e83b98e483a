import { rm } from "node:fs/promises";
import { openHouse } from "../../../src/composition.ts";
import { compileFile } from "../../../src/host/compile-file.ts";
import { loadArtifact } from "../../../src/host/result.ts";
import { runCompiled } from "../../../src/host/run-compiled.ts";
import type { RunEvent, StepRun } from "../../../src/model/index.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { S3_KEY, type S3Server } from "../../fixtures/s3-server.ts";

const PIPELINE = `
import { artifact, directory, pipeline, step } from "stepdock";
import { chmod, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

export const build = step({
  name: "build",
  outputs: { tools: directory() },
  run: async (_, { outputs }) => {
    const { path } = outputs.tools;
    await writeFile(join(path, "say"), "#!/bin/sh\\necho hello\\n");
    await chmod(join(path, "say"), 0o755);
    await symlink("say", join(path, "latest"));
  },
});

export const look = step({
  name: "look",
  inputs: { tools: directory(), greeting: z.string() },
  output: z.object({ names: z.array(z.string()), said: z.string() }),
  run: async ({ tools, greeting }) => ({
    names: (await readdir(tools.path)).sort(),
    said: greeting + (await readFile(join(tools.path, "latest"), "utf8")).length,
  }),
});

export const tools = pipeline({
  name: "tools",
  parameters: { greeting: z.string().default("hi ") },
  define: ({ greeting }) => {
    const { tools } = build();
    return { seen: look({ tools, greeting }) };
  },
});

export const reuse = pipeline({
  name: "reuse",
  parameters: { greeting: z.string() },
  define: ({ greeting }) => ({ seen: look({ tools: artifact("tools::build::tools"), greeting }) }),
});
`;

const configOf = ({ endpoint, bucket }: Pick<S3Server, "endpoint" | "bucket">): string => `
export default {
  components: {
    artifactStore: {
      team: {
        flavor: "s3",
        config: {
          endpoint: ${JSON.stringify(endpoint)},
          bucket: ${JSON.stringify(bucket)},
          prefix: "team/artifacts",
          accessKeyId: "{{secret.TEAM_KEY}}",
          secretAccessKey: "{{secret.TEAM_SECRET}}",
        },
      },
    },
  },
  stacks: {
    team: { orchestrator: "local", artifactStore: "team" },
    team_docker: { orchestrator: "local_docker", artifactStore: "team" },
  },
};
`;

/** A project whose stacks \`team\` and \`team_docker\` keep artifacts in a bucket. */
export const createTeamProject = (server: Pick<S3Server, "endpoint" | "bucket">): Promise<Project> =>
  createProject(teamFiles(server));

/** The files of such a project. */
export const teamFiles = (server: Pick<S3Server, "endpoint" | "bucket">): Record<string, string> => ({
  "pipeline.ts": PIPELINE,
  "stepdock.config.ts": configOf(server),
  ".env": `TEAM_KEY=${S3_KEY}\nTEAM_SECRET=${S3_KEY}\n`,
});

const never = new AbortController().signal;

export interface ToolsOptions {
  readonly stack?: string;
  readonly greeting?: string;
  readonly exportName?: "tools" | "reuse";
}

/** Runs a pipeline of the project in this process. */
export const runTools = async (
  project: Project,
  { stack = "team", greeting = "hi ", exportName = "tools" }: ToolsOptions = {},
) => {
  await using house = await houseOf(project);
  const compiled = await compileFile(house, {
    file: project.path("pipeline.ts"),
    exportName,
    parameters: { greeting },
  });
  const events: RunEvent[] = [];
  const run = await runCompiled(house, compiled, {
    ...{ emit: (event) => void events.push(event), signals: { signal: never, killSignal: never } },
    stack,
  });
  const steps = await house.workspace.metadata.listStepRuns(run.id);
  return { run, steps, events, statuses: steps.map(({ status }) => status) };
};

export const houseOf = (project: Project) =>
  openHouse({ workspaceRoot: project.path(".stepdock"), projectRoot: project.directory });

/** The only value that a step returned, read as `stepdock artifact` does. */
export const readOutput = async (project: Project, step: StepRun | undefined): Promise<unknown> => {
  await using house = await houseOf(project);
  const [artifact] = Object.values(await house.workspace.metadata.outputsOf(step?.id ?? ""));
  return artifact && (await loadArtifact(house, artifact));
};

/** Deletes what is here of the artifacts, so that the bucket alone has them. */
export const deleteCopies = (project: Project): Promise<void> =>
  rm(project.path(".stepdock/stores"), { recursive: true });

/** The same workspace on another machine: it has the records, and none of the artifacts. */
export const moveToOtherMachine = async (project: Project): Promise<Project> => {
  const copy = await project.copy();
  await deleteCopies(copy);
  return copy;
};
