import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { openHouse } from "../../../src/composition.ts";
import { compileFile } from "../../../src/host/compile-file.ts";
import { runCompiled } from "../../../src/host/run-compiled.ts";
import type { PipelineRun, RunEvent, StepRun } from "../../../src/model/index.ts";
import {
  BaseOrchestrator,
  type ComponentServices,
  type Environment,
  LOCAL_TRAITS,
  type OrchestratorTraits,
  type PipelineSnapshot,
  type Stack,
  StepEntrypointConfiguration,
  type SubmissionResult,
} from "../../../src/orchestrators.ts";
import { createProject, type Project } from "../../fixtures/project.ts";

/** How a process, or a container, of the entrypoint ended. */
export interface EntrypointEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the entrypoint as an engine would that knows no containers. */
export const runEntrypoint = async (
  entrypoint: string,
  args: readonly string[],
  environment: Environment,
  onSpawn?: (child: ChildProcess) => void,
): Promise<EntrypointEnd> => {
  const child = spawn(process.execPath, [entrypoint, ...args], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onSpawn?.(child);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { status, stdout, stderr };
};

/** What an engine is asked to do, as it was asked. */
export interface Submission {
  readonly snapshot: PipelineSnapshot;
  readonly base: Environment;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly placeholder: PipelineRun;
}

/** An engine: runs what it is given, in whatever order and places. */
export type Engine = (submission: Submission, services: ComponentServices) => Promise<void>;

export interface ForeignOptions {
  readonly engine: Engine;
  readonly traits?: Partial<OrchestratorTraits>;
  readonly enableCache?: boolean;
}

/** Implements what ZenML's guide asks for, and nothing else. */
export class ForeignOrchestrator extends BaseOrchestrator {
  readonly flavor = "foreign";
  override readonly traits: OrchestratorTraits;
  readonly submissions: Submission[] = [];
  /** Of the last submission, for tests of asynchronous ones. */
  work: Promise<void> = Promise.resolve();
  readonly #engine: Engine;

  constructor({ engine, traits, enableCache = true }: ForeignOptions, services: ComponentServices) {
    super({ name: "foreign", id: "foreign", config: { enableCache } }, services);
    this.traits = { ...LOCAL_TRAITS, ...traits };
    this.#engine = engine;
  }

  getOrchestratorRunId(): string {
    return process.env.ZENML_RUN_ID ?? "";
  }

  async submitPipeline(
    snapshot: PipelineSnapshot,
    _stack: Stack,
    base: Environment,
    environments: Readonly<Record<string, Environment>>,
    placeholder: PipelineRun,
  ): Promise<SubmissionResult> {
    const submission = { snapshot, base, environments, placeholder };
    this.submissions.push(submission);
    this.work = this.#engine(submission, this.services);
    return { metadata: { engine: "foreign" }, waitForCompletion: () => this.work };
  }
}

/** Starts each step after its upstreams, those that it can at once; after a failure, none that needs it. */
export const inOrder = async (
  { invocations }: PipelineSnapshot,
  start: (id: string) => Promise<number | null>,
): Promise<void> => {
  const ends = new Map<string, Promise<boolean>>();
  const endOf = (id: string): Promise<boolean> => {
    const known = ends.get(id) ?? begin(id);
    ends.set(id, known);
    return known;
  };
  const begin = async (id: string): Promise<boolean> => {
    const before = await Promise.all((invocations[id]?.upstreams ?? []).map(endOf));
    return before.every(Boolean) && (await start(id)) === 0;
  };
  await Promise.all(Object.keys(invocations).map(endOf));
};

/** Arguments of a step's launch. */
export const stepArguments = (snapshot: Pick<PipelineSnapshot, "id">, stepName: string): string[] =>
  StepEntrypointConfiguration.getEntrypointArguments({ stepName, snapshotId: snapshot.id });

/** An engine that runs each step in a process; what they came to is kept in `ends`. */
export const processEngine =
  (ends: Map<string, EntrypointEnd> = new Map()): Engine =>
  ({ snapshot, environments }, { entrypointPath }) =>
    inOrder(snapshot, async (id) => {
      const end = await runEntrypoint(entrypointPath, stepArguments(snapshot, id), environments[id] ?? {});
      ends.set(id, end);
      return end.status;
    });

export interface RanPipeline {
  readonly run: PipelineRun;
  readonly steps: readonly StepRun[];
  readonly events: readonly RunEvent[];
}

export interface BenchRunOptions {
  readonly exportName?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly resume?: PipelineRun;
  /** Is given what is told, also of a run that throws. */
  readonly events?: RunEvent[];
}

export interface Bench extends AsyncDisposable {
  readonly project: Project;
  readonly services: ComponentServices;
  run(orchestrator: BaseOrchestrator, options?: BenchRunOptions): Promise<RanPipeline>;
  recordsOf(run: Pick<PipelineRun, "id">): Promise<Pick<RanPipeline, "run" | "steps">>;
}

/** A project with a workspace of its own, whose pipelines run on any orchestrator. */
export const openBench = async (files: Readonly<Record<string, string>>): Promise<Bench> => {
  await using made = new AsyncDisposableStack();
  const project = made.use(await createProject(files));
  const house = made.use(
    await openHouse({ workspaceRoot: project.path(".stepdock"), projectRoot: project.directory }),
  );
  const stack = await house.stack("local_docker");
  const { services } = stack.orchestrator as unknown as { services: ComponentServices };
  const { metadata } = house.workspace;
  const recordsOf = async ({ id }: Pick<PipelineRun, "id">) => ({
    run: await metadata.findRun(id),
    steps: await metadata.listStepRuns(id),
  });
  const kept = made.move();
  return {
    ...{ project, services, recordsOf },
    run: async (orchestrator, { exportName, parameters = {}, signal, events = [], ...options } = {}) => {
      const compiled = await compileFile(house, {
        file: project.path("pipeline.ts"),
        exportName,
        parameters,
      });
      const run = await runCompiled({ ...house, stack: async () => ({ ...stack, orchestrator }) }, compiled, {
        ...options,
        emit: (event) => void events.push(event),
        signals: {
          signal: signal ?? new AbortController().signal,
          killSignal: new AbortController().signal,
        },
      });
      return { ...(await recordsOf(run)), run, events };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
};

export const statusesOf = (steps: readonly StepRun[]): Record<string, string> =>
  Object.fromEntries(steps.map(({ invocationId, status }) => [invocationId, status]));

export const IMPORTS = `import { pipeline, step } from "stepdock";\nimport * as z from "zod";\n`;

/** A step, two that may run at once after it; `factor` is of the last one. */
export const FORK = `${IMPORTS}
export const first = step({ name: "first", output: z.number(), run: () => { console.log("hello from first"); return 20; } });
export const left = step({ name: "left", inputs: { n: z.number() }, output: z.number(), run: ({ n }) => n + 1 });
export const right = step({
  name: "right",
  inputs: { n: z.number(), factor: z.number() },
  output: z.number(),
  run: ({ n, factor }) => n * factor,
});
export const fork = pipeline({
  name: "fork",
  parameters: { factor: z.number().default(2) },
  define: ({ factor }) => {
    const n = first();
    return { left: left({ n }), right: right({ n, factor }) };
  },
});
`;
