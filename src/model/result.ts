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

/** Whether hooks of its end were called: how the step ended was settled before. */
export const hooksOfEndBegun = ({ hooks = [] }: StepResult): boolean =>
  hooks.some((hook) => hook !== "onStart");

/** Exit codes of the entrypoint; 64 and above follow `sysexits.h`. */
export const ENTRYPOINT_EXIT = {
  done: 0,
  stepThrew: 1,
  badArguments: 64,
  wrongOutput: 65,
  inputDamaged: 66,
  internal: 70,
  outputNotWritten: 73,
  notAssigned: 75,
} as const;
