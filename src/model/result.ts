import * as z from "zod/mini";
import { StoredOutput } from "./artifact.ts";
import { Failure } from "./failure.ts";
import { HookFailure, StepHookName } from "./hooks.ts";

/** Which hooks were called, and what went wrong in them; absent where there is nothing to tell. */
const hookFields = {
  hooks: z.optional(z.array(StepHookName)),
  hookFailures: z.optional(z.array(HookFailure)),
};

/** `result.json`: how the step ended, by the entrypoint's own word. */
export const StepResult = z.discriminatedUnion("status", [
  z.object({
    formatVersion: z.literal(1),
    stepRunId: z.string(),
    status: z.literal("completed"),
    outputs: z.record(z.string(), StoredOutput),
    ...hookFields,
  }),
  z.object({
    formatVersion: z.literal(1),
    stepRunId: z.string(),
    status: z.literal("failed"),
    failure: Failure,
    ...hookFields,
  }),
]);
export type StepResult = z.infer<typeof StepResult>;
