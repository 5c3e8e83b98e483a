import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connectEngine } from "../../../src/docker/connect.ts";
import { LABEL } from "../../../src/orchestrator/containerized/labels.ts";
import { openWorkspace } from "../../../src/workspace/workspace.ts";
import { type CliResult, stepdock } from "../../fixtures/cli.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

/** Lines of JSON, parsed. */
export const jsonLines = <T = Record<string, unknown>>(text: string): T[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);

/** What the command line of a project said. */
export interface CommandProject extends Project {
  cli(...args: string[]): Promise<CliResult>;
  /** Starts a command and resolves once its output holds `text`. */
  start(text: string, ...args: string[]): Promise<StartedCommand>;
}

export interface StartedCommand {
  readonly child: ChildProcess;
  /** Exit code and signal, also where its output is not read to the end. */
  readonly exited: Promise<unknown[]>;
  /** Resolves when it has ended and all of its output is here. */
  readonly result: Promise<CliResult>;
}

/** The environment is one of its own, so that no other test builds on the images that this one removes. */
const environment = (id: string) =>
  `settings: { docker: { environment: { COMMAND_TEST: ${JSON.stringify(id)} } } },`;

const pipelineFile = (id: string): string => `
import { pipeline, step } from "stepdock";
import * as z from "zod";

console.log("a module that prints while it is loaded");

export const load = step({
  name: "load",
  inputs: { n: z.number() },
  outputs: { numbers: z.array(z.number()), raw: z.instanceof(Uint8Array), when: z.date() },
  run: ({ n }) => {
    process.stdout.write(Buffer.from([0x61, 0xff, 0x1b, 0x5b, 0x32, 0x4a, 0x0a]));
    console.error("on stderr");
    process.stdout.write("no newline");
    return { numbers: Array.from({ length: n }, (_, i) => i), raw: new Uint8Array([0, 255, 10]), when: new Date(0) };
  },
});
export const sum = step({
  name: "sum",
  inputs: { numbers: z.array(z.number()) },
  output: z.number(),
  run: ({ numbers }) => { console.log("summing"); return numbers.reduce((a, b) => a + b, 0); },
});
export const greet = step({ name: "greet", output: z.string(), run: () => "hello" });
export const numbers = pipeline({
  name: "numbers",
  ${environment(id)}
  parameters: { n: z.number().default(3) },
  define: ({ n }) => { greet({}); return { total: sum({ numbers: load({ n }).numbers }) }; },
});

export const fails = step({
  name: "fails",
  output: z.number(),
  retry: { maxRetries: 1 },
  run: (_, { attempt }) => { console.log("attempt", attempt); throw new TypeError("no luck"); },
});
export const after = step({ name: "after", inputs: { x: z.number() }, run: () => {} });
export const failing = pipeline({
  name: "failing",
  ${environment(id)}
  define: () => { after({ x: fails({}) }); },
});

// It listens to its signal, and does not heed it: only a kill ends it.
export const wait = step({
  name: "wait",
  stopGracePeriod: 600,
  run: async (_, { signal }) => {
    signal.addEventListener("abort", () => {});
    console.log("waiting");
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
});
export const waiting = pipeline({ name: "waiting", ${environment(id)} define: () => { wait({}); } });
`;

/** A project with pipelines `numbers`, `failing` and `waiting`; what it left on the engine goes with it. */
export const commandProject = async (): Promise<CommandProject> => {
  const id = crypto.randomUUID();
  const project = await createProject({ "pipeline.ts": pipelineFile(id) }, { images: "all" });
  return {
    ...project,
    cli: (...args) => stepdock(args, { cwd: project.directory }),
    start: (text, ...args) => startCommand(project, text, args),
  };
};

const startCommand = async (
  project: Project,
  text: string,
  args: readonly string[],
): Promise<StartedCommand> => {
  const { promise: said, resolve } = Promise.withResolvers<Pick<StartedCommand, "child" | "exited">>();
  let heard = "";
  const result = stepdock(args, {
    cwd: project.directory,
    onSpawn: (child) => {
      const started = { child, exited: once(child, "exit") };
      child.stdout?.on("data", (chunk: Buffer) => {
        heard += chunk.toString("utf8");
        if (heard.includes(text)) resolve(started);
      });
    },
  });
  const ended = result.then(({ stdout, stderr }) => {
    throw new Error(`it ended before it said ${text}:\n${stdout}\n${stderr}`);
  });
  const started = await Promise.race([said, ended]);
  ended.catch(() => {});
  return { ...started, result };
};

export const workspaceIdOf = async (project: Project): Promise<string> => {
  await using workspace = await openWorkspace(project.path(".stepdock"));
  return workspace.metadata.workspaceId;
};

export const containersOf = async (project: Project): Promise<string[]> => {
  await using engine = await connectEngine();
  const found = await engine.containers.list({ [LABEL.workspace]: await workspaceIdOf(project) });
  return found.map(({ labels }) => labels[LABEL.step] ?? "");
};

export const imagesOf = async (project: Project): Promise<string[]> => {
  await using engine = await connectEngine();
  const found = await engine.images.list({ [LABEL.workspace]: await workspaceIdOf(project) });
  return found.flatMap(({ tags }) => tags).sort();
};
