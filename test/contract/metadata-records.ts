import type {
  ArtifactVersion,
  Build,
  Invocation,
  PipelineRun,
  PipelineSnapshot,
  StepRun,
} from "../../src/model/index.ts";

/** `minute` minutes after an arbitrary moment, as the product writes times. */
export const at = (minute: number): string => new Date(Date.UTC(2026, 0, 2, 3, minute)).toISOString();

const failure = {
  kind: "threw",
  name: "TypeError",
  message: "x is not a function",
  stack: "TypeError: …\n    at train",
  retryable: true,
  exitCode: 1,
} as const;

const trainInvocation: Invocation = {
  id: "train",
  stepName: "train",
  source: "src/weather.ts#train",
  codeHash: "c0de",
  upstreams: ["load"],
  inputs: {
    days: { kind: "artifact", invocation: "load", output: "days" },
    epochs: { kind: "parameter", value: { nested: [1, null, "ü"] } },
  },
  outputs: { model: { materializer: "auto", type: "object" } },
  cachePolicy: { expiresAfter: 60, ignoredInputs: ["epochs"] },
  retry: { maxRetries: 2, backoff: 2 },
  environment: { A: "1" },
  settings: { docker: { aptPackages: ["git"] }, resources: { memory: "512MB" } },
  externals: [],
};

export const aSnapshot = (id = "snapshot-1"): PipelineSnapshot => ({
  formatVersion: 1,
  id,
  createdAt: at(0),
  pipelineName: "weather",
  runNameTemplate: "weather-{date}",
  parameters: { city: "seattle" },
  executionMode: "continue_on_failure",
  invocations: { train: trainInvocation },
  outputs: { model: { invocation: "train", output: "model" } },
  anonymousOutput: false,
  warnings: ["a warning"],
});

export const aBuild = (id = "build-1", snapshotId = "snapshot-1"): Build => ({
  id,
  snapshotId,
  createdAt: at(0),
  images: [{ reference: "stepdock/a:1", imageId: "sha256:1", environmentKey: "e", parentImage: "node:24" }],
  invocations: { train: 0 },
});

export const aRun = (id: string, change: Partial<PipelineRun> = {}): PipelineRun => ({
  id,
  name: `name of ${id}`,
  pipelineName: "weather",
  snapshotId: "snapshot-1",
  buildId: null,
  orchestratorRunId: `orchestrator-${id}`,
  stack: "default",
  status: "running",
  createdAt: at(0),
  startedAt: null,
  finishedAt: null,
  failure: null,
  metadata: {},
  ...change,
});

/** A run with no field left empty. */
export const aFullRun = (id: string): PipelineRun =>
  aRun(id, {
    startedAt: at(1),
    finishedAt: at(2),
    failure,
    metadata: { list: [1, { two: "2" }], none: null },
  });

export const aStepRun = (id: string, change: Partial<StepRun> = {}): StepRun => ({
  id,
  runId: "run-1",
  invocationId: id,
  stepName: "train",
  attempt: 1,
  status: "running",
  cacheKey: null,
  keyIngredients: {},
  cachedFrom: null,
  containerId: null,
  image: null,
  createdAt: at(0),
  assignedAt: null,
  startedAt: null,
  finishedAt: null,
  exitCode: null,
  failure: null,
  skipReason: null,
  warnings: [],
  metadata: {},
  ...change,
});

/** A step run with no field left empty. */
export const aFullStepRun = (id: string): StepRun =>
  aStepRun(id, {
    attempt: 3,
    cacheKey: "key",
    keyIngredients: { code: "c0de", environment: "e" },
    cachedFrom: "another",
    containerId: "f00d",
    image: "sha256:1",
    assignedAt: at(1),
    startedAt: at(2),
    finishedAt: at(3),
    exitCode: 137,
    failure,
    skipReason: { kind: "upstream_failed", upstream: "load" },
    warnings: ["one", "two"],
    metadata: { loss: 0.25, none: null },
  });

export const anArtifact = (id: string, producerStepRunId: string): ArtifactVersion => ({
  id,
  name: "weather::train::model",
  uri: `local://default/train/model/${producerStepRunId}`,
  materializer: "json",
  contentHash: `hash of ${id}`,
  sizeBytes: 5_000_000_000,
  type: "object",
  metadata: { rows: 3 },
  stamps: [
    { path: "value.json", sizeBytes: 12, mtimeMs: 1767322980000.25, ctimeMs: 1767322980000.5, inode: 42 },
  ],
  createdAt: at(0),
  producerStepRunId,
});
