import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { type Assignment, StepResult } from "../../../src/model/index.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

const ENTRYPOINT = resolve(import.meta.dirname, "../../../dist/entrypoint.mjs");

/** Runs steps through the entrypoint as a container does, only without the container. */
export interface Workbench extends AsyncDisposable {
  readonly project: Project;
  /** An assignment of a step of `steps.mjs` with one output, whose directories exist. */
  assign(stepName: string, given?: Partial<Assignment>): Promise<Assignment>;
  run(assignment: Assignment, options?: EntrypointOptions): Promise<AttemptEnd>;
  /** The entrypoint with any arguments. */
  raw(args: readonly string[], options?: EntrypointOptions): Promise<ProcessEnd>;
  /** Where an output's files are. */
  outputPath(assignment: Assignment): string;
}

export interface EntrypointOptions {
  /** Written to stdin, which is then left open, as a parked container's is. */
  readonly stdin?: string;
  /** Ends stdin after what was written. */
  readonly endStdin?: boolean;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly onSpawn?: (child: ChildProcess) => void;
}

export interface ProcessEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AttemptEnd extends ProcessEnd {
  /** What the step printed: stdout without the frame. */
  readonly printed: string;
  /** The SHA-256 in the frame; undefined where there was none. */
  readonly reported: string | undefined;
  /** `result.json`; undefined where there is none. */
  readonly result: StepResult | undefined;
  /** SHA-256 of `result.json`. */
  readonly resultHash: string | undefined;
}

export const openWorkbench = async (steps: string): Promise<Workbench> => {
  const project = await createProject({
    "steps.mjs": `import { step } from "stepdock";\nimport * as z from "zod";\n${steps}`,
  });
  await chmod(project.directory, 0o755);
  const stores = project.path("stores");
  const store = createLocalArtifactStore({ root: stores });
  const raw = (args: readonly string[], options: EntrypointOptions = {}) =>
    runProcess(args, {
      ...options,
      environment: { ZENML_LOCAL_STORES_PATH: stores, ...options.environment },
    });
  return {
    project,
    raw,
    outputPath: ({ outputs }) => store.path(outputs.output?.uri ?? ""),
    assign: async (stepName, given = {}) => {
      const stepRunId = randomUUID();
      const uri = store.uri({ stepName, outputName: "output", stepRunId });
      await store.create(uri);
      const attemptDirectory = project.path(`attempts/${stepRunId}`);
      await mkdir(attemptDirectory, { recursive: true });
      return { ...facts(stepName, stepRunId), ...{ attemptDirectory, outputs: outputAt(uri) }, ...given };
    },
    run: async (assignment, options = {}) => {
      const source = `${project.path("steps.mjs")}#${assignment.stepName}`;
      const end = await raw(["--step_source", source, "--assignment", "-"], {
        stdin: `${JSON.stringify(assignment)}\n`,
        ...options,
      });
      return { ...end, ...splitFrame(end.stdout, assignment.nonce), ...(await readResult(assignment)) };
    },
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
};

const outputAt = (uri: string) => ({ output: { uri, materializer: "auto" } });

const facts = (stepName: string, stepRunId: string) => ({
  formatVersion: 1 as const,
  ...{ runId: randomUUID(), runName: "a run", pipelineName: "a_pipeline", artifactStore: "default" },
  ...{ stepRunId, invocationId: stepName, stepName, attempt: 1, inputs: {} },
  nonce: randomBytes(16).toString("hex"),
});

const runProcess = async (args: readonly string[], options: EntrypointOptions): Promise<ProcessEnd> => {
  const child = spawn(process.execPath, [ENTRYPOINT, ...args], {
    env: { ...process.env, ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  options.onSpawn?.(child);
  const ended = new Promise<Pick<ProcessEnd, "status" | "signal">>((resolveEnd, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => resolveEnd({ status, signal }));
  });
  // It may be gone before it reads: its exit code tells.
  child.stdin.on("error", () => {});
  if (options.stdin !== undefined) child.stdin.write(options.stdin);
  if (options.endStdin) child.stdin.end();
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { ...end, stdout, stderr };
};

const splitFrame = (stdout: string, nonce: string): Pick<AttemptEnd, "printed" | "reported"> => {
  const frame = new RegExp(`${nonce} ([0-9a-f]{64})\n`).exec(stdout);
  return { printed: frame ? stdout.replace(frame[0], "") : stdout, reported: frame?.[1] };
};

const readResult = async ({
  attemptDirectory,
}: Assignment): Promise<Pick<AttemptEnd, "result" | "resultHash">> => {
  const bytes = await readFile(join(attemptDirectory, "result.json")).catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!bytes) return { result: undefined, resultHash: undefined };
  const result = StepResult.parse(JSON.parse(bytes.toString()));
  return { result, resultHash: createHash("sha256").update(bytes).digest("hex") };
};

/** Puts an artifact into the store of a workbench, for an input. */
export const plantInput = async (bench: Workbench, json: unknown): Promise<{ uri: string; path: string }> => {
  const assignment = await bench.assign("planted");
  const path = bench.outputPath(assignment);
  await writeFile(join(path, "value.json"), JSON.stringify(json));
  return { uri: assignment.outputs.output?.uri ?? "", path };
};
