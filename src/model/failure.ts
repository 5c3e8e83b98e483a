import * as z from "zod/mini";
import { FAILURE_KINDS } from "./names.ts";

export const FailureKind = z.enum(FAILURE_KINDS);
export type FailureKind = z.infer<typeof FailureKind>;

/** Why a step did not complete. */
export const Failure = z.object({
  kind: FailureKind,
  /** The error's name: `TypeError`, `ZodError`. */
  name: z.string(),
  message: z.string(),
  /** As it was thrown in the container; the host maps it to the user's sources. */
  stack: z.optional(z.string()),
  retryable: z.boolean(),
  exitCode: z.optional(z.int()),
});
export type Failure = z.infer<typeof Failure>;
