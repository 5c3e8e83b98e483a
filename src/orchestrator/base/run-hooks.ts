import { join } from "node:path";
import { openStepLog } from "../../logging/step-log.ts";
import type { ExecutionStatus, HookCode, RunHookName } from "../../model/index.ts";
import type { CleanupContext } from "../../pipeline/hooks.ts";
import type { RunContext } from "../../step-launcher/run-context.ts";
import { loadHook } from "../../step-runner/hook-calls.ts";
import { userStack } from "../../util/user-stack.ts";
import type { ActiveRun } from "./active-run.ts";
import { captureInLog } from "./capture-output.ts";
import { InitHookError } from "./errors.ts";

/** Seconds that `onCleanup` has, and `onInit` once the run is asked to stop. */
export const HOOK_SECONDS = 30;

export interface RunHookCall {
  readonly hook: RunHookName;
  readonly code: HookCode;
  /** What the hook is told. */
  readonly signal: AbortSignal;
  readonly status?: ExecutionStatus;
  /** The time that it has begins with this; absent: now. */
  readonly limitFrom?: AbortSignal;
  /** Ends the wait for it at once. */
  readonly killSignal?: AbortSignal;
  readonly seconds?: number;
}

/**
 * Calls a hook of the run as a whole, in this process. What it prints goes to the run's events, and to a file named
 * after it in the run's directory. Rejects with what it throws, or once its time is over: it is left behind then.
 */
export const callRunHook = async (context: RunContext, call: RunHookCall): Promise<void> => {
  const { run, paths, emit, now, secrets } = context;
  await using log = await openStepLog({
    path: join(paths.runs, run.id, `${call.hook}.ndjson`),
    now,
    masker: secrets.masker,
    onRecord: ({ time: _time, ...record }) => emit({ event: "hook_log", hook: call.hook, ...record }),
  });
  await captureInLog(log, async () => {
    const hook = await loadHook(join(paths.bundles, `${call.code.codeHash}.mjs`));
    await inTime(async () => hook(told(context, call)), call);
  });
};

/** @throws InitHookError */
export const callOnInit = async ({ context, request }: ActiveRun, code: HookCode): Promise<void> => {
  const { signal, killSignal } = request.signals;
  try {
    await callRunHook(context, { hook: "onInit", code, signal, limitFrom: signal, killSignal });
  } catch (error) {
    const failure = new InitHookError(context.run.pipelineName, hookStack(error, context), { cause: error });
    // Asked to stop, it may well end with an error: the run is stopped then, not failed.
    if (!signal.aborted) throw failure;
    await context.emit({ event: "warning", message: failure.message });
  }
};

/** A failure is a warning: it changes nothing of how the run ended. */
export const callOnCleanup = async (
  { context, request }: ActiveRun,
  code: HookCode,
  status: ExecutionStatus,
): Promise<void> => {
  try {
    const { signal } = request.signals;
    await callRunHook(context, { hook: "onCleanup", code, signal, status });
  } catch (error) {
    const told = hookStack(error, context).replaceAll(/\n\s*/g, " ");
    await context.emit({ event: "warning", message: `The onCleanup of the pipeline failed: ${told}` });
  }
};

const told = ({ run }: RunContext, { signal, status }: RunHookCall): Omit<CleanupContext, "status"> => ({
  ...{ log: console, signal, runId: run.id, runName: run.name, pipelineName: run.pipelineName },
  ...(status === undefined ? {} : { status }),
});

/** A hook that took longer than it may. */
class HookTimeout extends Error {
  override readonly name = "HookTimeout";
}

const inTime = async (work: () => Promise<unknown>, call: RunHookCall): Promise<void> => {
  const { seconds = HOOK_SECONDS, limitFrom, killSignal } = call;
  const late = Promise.withResolvers<never>();
  const expire = () => late.reject(new HookTimeout(`it did not end within ${seconds} s and was left behind`));
  // The first one keeps this process alive for a hook that waits for something from outside of it.
  const timers = [setInterval(() => {}, 2 ** 30)];
  const begin = () => timers.push(setTimeout(expire, seconds * 1000));
  using _ = { [Symbol.dispose]: () => timers.forEach(clearTimeout) };
  using __ = onAbort(killSignal, () => late.reject(new HookTimeout("it was killed")));
  if (!limitFrom) begin();
  using ___ = onAbort(limitFrom, begin);
  await Promise.race([work(), late.promise]);
};

const onAbort = (signal: AbortSignal | undefined, act: () => void): Disposable => {
  if (signal?.aborted) act();
  signal?.addEventListener("abort", act, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener("abort", act) };
};

/** What a hook threw, with the frames of the user's code. */
const hookStack = (error: unknown, { mapStack }: RunContext): string =>
  error instanceof HookTimeout ? error.message : userStack(error, mapStack);
