import * as z from "zod/mini";
import { StoredOutput } from "./artifact.ts";
import { Failure } from "./failure.ts";
import { HookFailure, StepHookName } from "./hooks.ts";
import { Usage } from "./usage.ts";

/** Which hooks were called, what went wrong in them, what was used; absent where there is nothing to tell. */
const moreFields = {
  hooks: z.optional(z.array(StepHookName)),
  hookFailures: z.optional(z.array(HookFailure)),
  usage: z.optional(Usage),
};

/** `result.json`: how the step ended, by the entrypoint's own word. */
export const StepResult = z.discriminatedUnion("status", [
  z.object({
    formatVersion: z.literal(1),
    stepRunId: z.string(),
    status: z.literal("completed"),
    outputs: z.record(z.string(), StoredOutput),
    ...moreFields,
  }),
  z.object({
    formatVersion: z.literal(1),
    stepRunId: z.string(),
    status: z.literal("failed"),
    failure: Failure,
    ...moreFields,
  }),
]);
export type StepResult = z.infer<typeof StepResult>;
