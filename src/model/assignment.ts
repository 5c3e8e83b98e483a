import * as z from "zod/mini";
import { Failure } from "./failure.ts";
import { HookBindings, StepHookName } from "./hooks.ts";
import { SecretsAs } from "./settings.ts";

/** An input as the entrypoint gets it. Parameters are parsed already; artifacts are parsed by the step's own schema. */
export const AssignedInput = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("parameter"), value: z.json() }),
  z.object({
    kind: z.literal("artifact"),
    uri: z.string(),
    materializer: z.string(),
    contentHash: z.string(),
  }),
]);
export type AssignedInput = z.infer<typeof AssignedInput>;

/** What a step container is told to do: one line of JSON on stdin, or a file. */
export const Assignment = z.object({
  formatVersion: z.literal(1),
  runId: z.string(),
  runName: z.string(),
  pipelineName: z.string(),
  stepRunId: z.string(),
  invocationId: z.string(),
  stepName: z.string(),
  attempt: z.int(),
  /** Whether a failure is final though it may be tried again: no retries are left. Default true. */
  lastAttempt: z.optional(z.boolean()),
  /** The hooks of the step. Absent: those of its own definition. */
  hooks: z.optional(HookBindings),
  /** Present: nothing but these hooks are to be called, for an attempt whose own process could not call them. */
  hook: z.optional(z.object({ names: z.array(StepHookName), failure: z.optional(Failure) })),
  /** Name → value: only in what the process is told, never in the copy that is kept. */
  secrets: z.optional(z.record(z.string(), z.string())),
  /** `environment`: they are to be variables of this process, too. */
  secretsAs: z.optional(SecretsAs),
  /** Name of the artifact store of the run: that of all outputs. Inputs may be of others. */
  artifactStore: z.string(),
  inputs: z.record(z.string(), AssignedInput),
  outputs: z.record(z.string(), z.object({ uri: z.string(), materializer: z.string() })),
  /** The attempt's directory as this process sees it; `result.json` goes there. */
  attemptDirectory: z.string(),
  /** 32 hex digits that no step knows: with them the result frame begins. */
  nonce: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
});
export type Assignment = z.infer<typeof Assignment>;
