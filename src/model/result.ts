import * as z from "zod/mini";
import { StoredOutput } from "./artifact.ts";
import { Failure } from "./failure.ts";

/** `result.json`: how the step ended, by the entrypoint's own word. */
export const StepResult = z.discriminatedUnion("status", [
  z.object({
    formatVersion: z.literal(1),
    stepRunId: z.string(),
    status: z.literal("completed"),
    outputs: z.record(z.string(), StoredOutput),
  }),
  z.object({
    formatVersion: z.literal(1),
    stepRunId: z.string(),
    status: z.literal("failed"),
    failure: Failure,
  }),
]);
export type StepResult = z.infer<typeof StepResult>;

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
