import { existsSync } from "node:fs";
import { readLog } from "../../logging/log-reader.ts";
import { linesOf } from "../../logging/log-record.ts";
import { isFinished, type StepRun } from "../../model/index.ts";
import { linesToEvents } from "../../step-launcher/attempt-process.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { attemptPaths } from "../../workspace/paths.ts";

interface Followed {
  readonly end: () => void;
  /** Resolves when all of the log is told. */
  readonly told: Promise<void>;
}

/** Tells what steps print that others launch, line by line, as their logs grow. Disposed of, it waits for no more. */
export class FollowedLogs implements AsyncDisposable {
  readonly #context: Pick<RunContext, "paths" | "tell" | "emit">;
  readonly #followed = new Map<string, Followed>();

  constructor(context: Pick<RunContext, "paths" | "tell" | "emit">) {
    this.#context = context;
  }

  /** Begins with the log of a step run that is new, and comes to the end of that of one that has ended. */
  async keepUp(step: StepRun): Promise<void> {
    if (!this.#context.tell || step.cachedFrom || step.skipReason) return;
    const followed = this.#followed.get(step.id) ?? this.#follow(step);
    if (!isFinished(step.status)) return;
    followed.end();
    await followed.told;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#followed.values()];
    for (const { end } of all) end();
    await Promise.all(all.map(({ told }) => told));
  }

  #follow(step: StepRun): Followed {
    const ended = Promise.withResolvers<void>();
    const followed = { end: () => ended.resolve(), told: this.#tell(step, ended.promise) };
    followed.told.catch(() => {}); // told when the step has ended
    this.#followed.set(step.id, followed);
    return followed;
  }

  async #tell(step: StepRun, ended: Promise<void>): Promise<void> {
    const { log } = attemptPaths(this.#context.paths, step);
    const tellLine = linesToEvents(this.#context, { id: step.invocationId });
    const onWarning = ({ message }: { message: string }) => {
      void this.#context.emit({ event: "warning", message });
    };
    try {
      for await (const record of readLog(log, { until: () => ended, onWarning })) {
        for (const line of linesOf(record)) await tellLine?.(line);
      }
    } catch (error) {
      // A step that was never begun, or that printed nothing, may have no log.
      if (existsSync(log)) throw error;
    }
  }
}
