import * as z from "zod/mini";

/** What kind of end it was; each has its own words for the user. */
export const FailureKind = z.enum([
  "threw",
  "wrong_output",
  "wrong_input",
  "input_damaged",
  "output_not_written",
  "exited_by_itself",
  "exit_code",
  "signal",
  "out_of_memory",
  "not_started",
  "not_assigned",
  "timeout",
  "stopped",
  "lost",
  "removed",
  "internal",
]);
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
