import { LogTail } from "../../logging/log-tail.ts";
import type { ExecutionStatus, Failure, RunEvent, SkipReason } from "../../model/index.ts";
import type { ShownStatus } from "./status.ts";

/** What is known of one invocation so far. */
export interface StepView {
  readonly invocation: string;
  /** Place in the order of layers; decides its colour. */
  readonly index: number;
  status: ShownStatus;
  attempt: number;
  /** When its present attempt began to run, in milliseconds since the epoch. */
  runningSince: number | undefined;
  durationMs: number | undefined;
  failure: Failure | undefined;
  skipReason: SkipReason | undefined;
  logPath: string | undefined;
  /** Whether its present attempt has a container, whose environment a shell can have. */
  inContainer: boolean;
  /** The end of what its present attempt printed. */
  tail: LogTail | undefined;
}

type StatusEvent = Extract<RunEvent, { event: "step_status" }>;
type LogEvent = Extract<RunEvent, { event: "step_log" }>;

/** The state of a run as its events tell it. Memory grows with the number of steps, not with what they print. */
export class RunView {
  readonly #steps = new Map<string, StepView>();
  started: Extract<RunEvent, { event: "run_started" }> | undefined;
  finished: Extract<RunEvent, { event: "run_finished" }> | undefined;

  /** In the order of layers. */
  get steps(): readonly StepView[] {
    return [...this.#steps.values()];
  }

  step(invocation: string): StepView {
    const known = this.#steps.get(invocation);
    if (known) return known;
    const made = newStep(invocation, this.#steps.size);
    this.#steps.set(invocation, made);
    return made;
  }

  apply(event: RunEvent): void {
    switch (event.event) {
      case "run_started":
        this.started = event;
        for (const invocation of event.layers.flat()) this.step(invocation);
        break;
      case "step_status":
        applyStatus(this.step(event.invocation), event);
        break;
      case "step_log":
        keepTail(this.step(event.invocation), event);
        break;
      case "run_finished":
        this.finished = event;
        break;
      default:
    }
  }
}

const newStep = (invocation: string, index: number): StepView => ({
  ...{ invocation, index, status: "waiting", attempt: 0, runningSince: undefined, durationMs: undefined },
  ...{ failure: undefined, skipReason: undefined, logPath: undefined, tail: undefined, inContainer: false },
});

const KEEPS_TAIL: ReadonlySet<ExecutionStatus> = new Set(["initializing", "running", "failed", "stopped"]);

const applyStatus = (step: StepView, event: StatusEvent): void => {
  if (event.status === "initializing") Object.assign(step, newStep(step.invocation, step.index));
  step.status = event.status;
  step.attempt = event.attempt;
  if (event.status === "running") step.runningSince = Date.parse(event.time);
  step.durationMs = event.durationMs ?? step.durationMs;
  step.failure = event.failure ?? step.failure;
  step.skipReason = event.skipReason ?? step.skipReason;
  step.logPath = event.logPath ?? step.logPath;
  step.inContainer ||= event.containerId !== undefined;
  if (!KEEPS_TAIL.has(event.status)) step.tail = undefined;
};

const keepTail = (step: StepView, line: LogEvent): void => {
  if (step.status === "completed") return;
  step.tail ??= new LogTail();
  step.tail.add(line);
};
