import { StepdockError } from "../errors/error.ts";
import type { ExecutionStatus } from "../model/index.ts";

/** A record was to take a status that cannot follow the one it has; the record is unchanged. */
export class StatusTransitionError extends StepdockError {
  readonly code = "status_transition_invalid";
  /** The record, as a person would name it: `step run 01J… (train, attempt 1)`. */
  readonly subject: string;
  readonly from: ExecutionStatus;
  readonly to: ExecutionStatus;

  constructor(subject: string, from: ExecutionStatus, to: ExecutionStatus) {
    super(
      `The status of ${subject} cannot go from '${from}' to '${to}'. ` +
        "Another process may have ended it meanwhile: read it again before you change it.",
    );
    this.subject = subject;
    this.from = from;
    this.to = to;
  }
}

/** A run that may still be going on was to be removed. */
export class RunNotFinishedError extends StepdockError {
  readonly code = "run_not_finished";
  readonly runId: string;
  readonly status: ExecutionStatus;

  constructor(runId: string, name: string, status: ExecutionStatus) {
    super(
      `Run ${runId} (${name}) is '${status}' and cannot be removed: ` +
        `stop it with \`stepdock stop ${runId}\`, or let it end with \`stepdock resume ${runId}\`, first.`,
    );
    this.runId = runId;
    this.status = status;
  }
}
