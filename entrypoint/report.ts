import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Assignment } from "../src/model/assignment.ts";
import type { Failure, FailureKind } from "../src/model/failure.ts";
import { ENTRYPOINT_EXIT } from "../src/model/names.ts";
import type { StepResult } from "../src/model/result.ts";

const EXIT_OF: Partial<Record<FailureKind, number>> = {
  wrong_output: ENTRYPOINT_EXIT.wrongOutput,
  wrong_input: ENTRYPOINT_EXIT.inputDamaged,
  input_damaged: ENTRYPOINT_EXIT.inputDamaged,
  output_not_written: ENTRYPOINT_EXIT.outputNotWritten,
  internal: ENTRYPOINT_EXIT.internal,
  stopped: 143,
};

export const exitCodeOf = (result: StepResult): number =>
  result.status === "completed" ? ENTRYPOINT_EXIT.done : exitCodeOfFailure(result.failure);

export const exitCodeOfFailure = ({ kind }: Failure): number => EXIT_OF[kind] ?? ENTRYPOINT_EXIT.stepThrew;

/**
 * Makes the outcome final: `result.json` under a temporary name, fsync, rename, fsync of the directory, then the frame
 * on stdout. Synchronous, since it may have to happen while the process is exiting.
 */
export const report = (assignment: Assignment, result: StepResult): void => {
  const text = JSON.stringify(result);
  writeResult(assignment.attemptDirectory, text);
  const hash = createHash("sha256").update(text).digest("hex");
  writeSync(1, `${assignment.nonce} ${hash}\n`);
};

const writeResult = (directory: string, text: string): void => {
  const temporary = join(directory, "result.json.tmp");
  const file = openSync(temporary, "w");
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(directory, "result.json"));
  const folder = openSync(directory, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
};
