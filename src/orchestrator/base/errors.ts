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
