/** The words of the wire types, apart from zod: a step's process needs them, and does not load zod for them. */

/** The hooks of a step, in the order in which they may be called. */
export const STEP_HOOK_NAMES = ["onStart", "onSuccess", "onFailure", "onEnd"] as const;

/** What kind of end it was; each has its own words for the user. */
export const FAILURE_KINDS = [
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
] as const;

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
