import { StepdockError } from "../../errors/error.ts";

/** Something that this orchestrator does not do. */
export class NotSupportedError extends StepdockError {
  readonly code = "not_supported";
}

/** Another live process owns the run. */
export class RunLockedError extends StepdockError {
  readonly code = "run_locked";
  readonly runId: string;

  constructor(runId: string) {
    super(
      `Run ${runId} is owned by another process that is alive. Wait for it (\`stepdock logs ${runId} --follow\`), ` +
        `or end it there.`,
    );
    this.runId = runId;
  }
}

/** A run that has ended, and so cannot be stopped. */
export class RunEndedError extends StepdockError {
  readonly code = "usage";

  constructor({ id, name, status }: { id: string; name: string; status: string }) {
    super(
      `Run ${name} (${id}) has ended: ${status}. There is nothing to stop; \`stepdock show ${id}\` tells more.`,
    );
  }
}

/** The engine went away under a run, which is left as it is: interrupted. */
export class RunInterruptedError extends StepdockError {
  readonly code = "engine_unavailable";
  readonly runId: string;

  constructor({ id, name }: { id: string; name: string }, told: string, options: ErrorOptions) {
    super(
      `${told}\nRun ${name} (${id}) is interrupted. When the engine is back, \`stepdock resume ${id}\` goes on with it.`,
      options,
    );
    this.runId = id;
  }
}

/** A run that has ended, and so cannot go on. */
export class RunFinishedError extends StepdockError {
  readonly code = "usage";

  constructor({ id, name, status }: { id: string; name: string; status: string }) {
    super(
      `Run ${name} (${id}) has ended: ${status}. There is nothing to resume. Run the pipeline again: ` +
        "what was completed is cached.",
    );
  }
}

/** The `onInit` of a pipeline failed: nothing of the run was started. */
export class InitHookError extends StepdockError {
  readonly code = "init_hook_failed";
  readonly pipelineName: string;

  /** `told`: what it threw, with the frames of the user's code. */
  constructor(pipelineName: string, told: string, options: ErrorOptions) {
    super(`The onInit of pipeline "${pipelineName}" failed, so no step was started: ${told}`, options);
    this.pipelineName = pipelineName;
  }
}
