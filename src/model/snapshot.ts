import * as z from "zod/mini";
import { HookBindings, RunHooks } from "./hooks.ts";
import { Schedule } from "./schedule.ts";
import { CachePolicy, Environment, RetryPolicy, SecretNames, SecretsAs, StepSettings } from "./settings.ts";
import { ExecutionMode } from "./status.ts";

/** Where an input's value comes from: a literal in tagged encoding (`util/tagged.ts`), an upstream's output, or an artifact that an earlier run made. */
export const InputSource = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("parameter"), value: z.json() }),
  z.object({ kind: z.literal("artifact"), invocation: z.string(), output: z.string() }),
  z.object({
    kind: z.literal("stored"),
    artifactId: z.string(),
    name: z.string(),
    /** 1 for the first of the name. */
    version: z.int(),
  }),
]);
export type InputSource = z.infer<typeof InputSource>;

export const OutputSpec = z.object({
  /** Name of the materializer, or `auto`: chosen by the value's type when it is stored. */
  materializer: z.string(),
  /** Of a materializer of the user's own. */
  materializerVersion: z.optional(z.int()),
  /** Name of its artifacts. Default: `<pipeline>::<invocation>::<output>`. */
  name: z.optional(z.string()),
  /** The type as a person would write it, for messages and listings: `number`, `object`. */
  type: z.string(),
});
export type OutputSpec = z.infer<typeof OutputSpec>;

/** The image of a container step: one that is there or can be pulled, or one that is built from a directory. */
export const ContainerImage = z.object({
  image: z.optional(z.string()),
  build: z.optional(
    z.object({
      /** Relative to the project root. */
      context: z.string(),
      /** Relative to the context. */
      dockerfile: z.optional(z.string()),
      target: z.optional(z.string()),
      args: z.optional(z.record(z.string(), z.string())),
    }),
  ),
});
export type ContainerImage = z.infer<typeof ContainerImage>;

/** What of a container step its snapshot has. Its command is in its bundle: it may have functions. */
export const Container = z.object({
  ...ContainerImage.shape,
  entrypoint: z.optional(z.array(z.string())),
  workdir: z.optional(z.string()),
});
export type Container = z.infer<typeof Container>;

/** One call of a step, with everything that its execution needs; ZenML's `Step` configuration. */
export const Invocation = z.object({
  id: z.string(),
  stepName: z.string(),
  /** `module#export`, the module relative to the project root with `/`. */
  source: z.string(),
  /** SHA-256 of the step's tree-shaken bundle, in hex: the code key, and the bundle's file name. */
  codeHash: z.string(),
  /** Invocations that must succeed first, from inputs and `after`, sorted. */
  upstreams: z.array(z.string()),
  inputs: z.record(z.string(), InputSource),
  outputs: z.record(z.string(), OutputSpec),
  enableCache: z.optional(z.boolean()),
  cachePolicy: z.optional(CachePolicy),
  retry: z.optional(RetryPolicy),
  /** Seconds. */
  timeout: z.optional(z.number()),
  /** Seconds between SIGTERM and SIGKILL; default: the orchestrator's. */
  stopGracePeriod: z.optional(z.number()),
  /** Variables given to the container when it runs; part of the environment key. */
  environment: Environment,
  /** Pipeline, step and invocation settings merged. */
  settings: StepSettings,
  /** The names of the secrets that it is given, from pipeline, step and invocation; their values are in no key. */
  secrets: z.optional(SecretNames),
  secretsAs: z.optional(SecretsAs),
  /** Packages that the bundle leaves out since they cannot be bundled. */
  externals: z.array(z.string()),
  /** What is called as an attempt begins and ends; no part of the cache key but for the step's own. */
  hooks: z.optional(HookBindings),
  /** Present: a command in an image of somebody's, with nothing of ours in it. */
  container: z.optional(Container),
  /** Name of the component of the stack that executes it in the place of the orchestrator. */
  stepOperator: z.optional(z.string()),
});
export type Invocation = z.infer<typeof Invocation>;

/** A pipeline compiled to frozen, JSON-safe data; ZenML's `PipelineSnapshot` (formerly deployment). */
export const PipelineSnapshot = z.object({
  formatVersion: z.literal(1),
  id: z.string(),
  createdAt: z.string(),
  pipelineName: z.string(),
  /** With `{date}` and `{time}` still in it. */
  runNameTemplate: z.string(),
  /** The pipeline's parameters in tagged encoding. */
  parameters: z.record(z.string(), z.json()),
  enableCache: z.optional(z.boolean()),
  executionMode: ExecutionMode,
  /** Seconds that the run may take. */
  timeout: z.optional(z.number()),
  /** By id, in the order of definition. */
  invocations: z.record(z.string(), Invocation),
  /** What the pipeline returns: name → output of an invocation. */
  outputs: z.record(z.string(), z.object({ invocation: z.string(), output: z.string() })),
  /** Whether it returns its one output bare. */
  anonymousOutput: z.boolean(),
  hooks: z.optional(RunHooks),
  /** For orchestrators that have schedules; the others run at once. */
  schedule: z.optional(Schedule),
  /** Name of the stack it asks for, if it does. */
  stack: z.optional(z.string()),
  warnings: z.array(z.string()),
});
export type PipelineSnapshot = z.infer<typeof PipelineSnapshot>;

/** The bundles, by code hash, that the execution of an invocation needs: its step's, and those of its pipeline's hooks. */
export const bundlesOfInvocation = ({ codeHash, hooks = {} }: Invocation): string[] => [
  codeHash,
  ...Object.values(hooks).flatMap((hook) => (hook === undefined || hook === "own" ? [] : [hook.codeHash])),
];

/** All bundles, by code hash, that a run of the snapshot needs. */
export const bundlesOfSnapshot = ({ invocations, hooks = {} }: PipelineSnapshot): string[] => [
  ...new Set([
    ...Object.values(invocations).flatMap(bundlesOfInvocation),
    ...Object.values(hooks).flatMap((hook) => hook?.codeHash ?? []),
  ]),
];
