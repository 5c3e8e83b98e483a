import { constants } from "node:os";
import type { ExitState } from "../../docker/port.ts";
import type { LogRecord } from "../../logging/log-record.ts";
import { ENTRYPOINT_EXIT, type Failure, type FailureKind } from "../../model/index.ts";

export interface EndFacts {
  readonly exit: ExitState;
  /** As it stands in the settings, for instance `512MB`. */
  readonly memoryLimit: string | undefined;
  /** Whether we asked it to stop. */
  readonly stopped: boolean;
  readonly tail: readonly LogRecord[];
}

/** A container ended without a usable result: says why, in words. */
export const explainEnd = (facts: EndFacts): Failure => {
  const { exit, stopped } = facts;
  if (stopped) return failure(facts, "stopped", "StepStopped", "The step was stopped.");
  if (exit.oomKilled || isLikelyOutOfMemory(facts)) {
    return failure(facts, "out_of_memory", "OutOfMemory", outOfMemory(facts));
  }
  if (isHeapLimit(facts)) return failure(facts, "out_of_memory", "HeapOutOfMemory", HEAP_LIMIT);
  const special = SPECIAL[exit.exitCode];
  if (special) return failure(facts, special.kind, special.name, special.message(facts));
  return exit.exitCode > 128 ? bySignal(facts) : byExitCode(facts);
};

const failure = ({ exit }: EndFacts, kind: FailureKind, name: string, message: string): Failure => ({
  kind,
  name,
  message,
  retryable: RETRYABLE.has(kind),
  exitCode: exit.exitCode,
});

const RETRYABLE: ReadonlySet<FailureKind> = new Set([
  "out_of_memory",
  "exit_code",
  "signal",
  "not_assigned",
  "output_not_written",
]);

/** Engines miss some of the kernel's kills for memory: there, too, the process ends with 137. */
const isLikelyOutOfMemory = ({ exit, memoryLimit }: EndFacts): boolean =>
  exit.exitCode === KILLED && memoryLimit !== undefined;

const KILLED = 128 + constants.signals.SIGKILL;

const outOfMemory = ({ exit, memoryLimit }: EndFacts): string => {
  if (memoryLimit === undefined) {
    return (
      "The kernel killed the step since the engine ran out of memory. Run fewer steps at once (--max-parallel), " +
      "or give the engine more."
    );
  }
  const since = exit.oomKilled ? "since it used" : "(exit code 137), most likely since it used";
  return (
    `The kernel killed the step ${since} more than its memory limit of ${memoryLimit}. ` +
    "Raise `settings.resources.memory`, or have the step use less; files in /tmp count, too."
  );
};

const HEAP_LIMIT =
  "Node ended the step since its heap reached V8's own limit, whatever memory its container may use. " +
  'Raise it with `environment: { NODE_OPTIONS: "--max-old-space-size=<MB>" }`, or have the step use less.';

const isHeapLimit = ({ exit, tail }: EndFacts): boolean =>
  (exit.exitCode === 134 || exit.exitCode === 139) &&
  tail.some(({ text }) => text?.includes("heap out of memory") || text?.includes("heap limit"));

interface Special {
  readonly kind: FailureKind;
  readonly name: string;
  readonly message: (facts: EndFacts) => string;
}

const lastLine = ({ tail }: EndFacts): string =>
  (tail.findLast(({ text }) => text?.trim())?.text?.trim() ?? "").replace(/^stepdock: /, "");

const SPECIAL: Readonly<Record<number, Special>> = {
  [ENTRYPOINT_EXIT.done]: {
    kind: "exited_by_itself",
    name: "StepExited",
    message: () =>
      "The step's process ended with exit code 0 but reported no result: its code ended it from within.",
  },
  [ENTRYPOINT_EXIT.badArguments]: {
    kind: "internal",
    name: "EntrypointRefused",
    message: (facts) => `The entrypoint refused what it was told: ${lastLine(facts)}`,
  },
  [ENTRYPOINT_EXIT.outputNotWritten]: {
    kind: "output_not_written",
    name: "OutputWriteError",
    message: (facts) =>
      `The step ran, but ${lastLine(facts)}. See that the disk of the workspace has room and may be written to, ` +
      "then run again.",
  },
  [ENTRYPOINT_EXIT.notAssigned]: {
    kind: "not_assigned",
    name: "NotAssigned",
    message: () => "The container was never told what to do: its standard input ended first.",
  },
  126: {
    kind: "not_started",
    name: "NotExecutable",
    message: (facts) =>
      `The step's command could not be executed in its image: ${lastLine(facts)}. Exit code 126 most often means an ` +
      "image for another processor architecture, or a missing permission.",
  },
  127: {
    kind: "not_started",
    name: "CommandNotFound",
    message: (facts) =>
      `The step's command was not found in its image: ${lastLine(facts)}. The image needs Node 24 on its PATH.`,
  },
};

const bySignal = (facts: EndFacts): Failure => {
  const number = facts.exit.exitCode - 128;
  const [name] = Object.entries(constants.signals).find(([, value]) => value === number) ?? [
    `signal ${number}`,
  ];
  const message = `The step was ended by ${name} (exit code ${facts.exit.exitCode}).`;
  return failure(facts, "signal", name, `${message} ${HINTS[name] ?? ASKED}`);
};

const CRASH = "That is a crash of Node or of a native module in it: the end of its log may tell more.";
const ASKED = "stepdock did not send it: its own code did, or somebody from outside.";

const HINTS: Readonly<Record<string, string>> = {
  SIGKILL:
    "stepdock did not send it: its own code did, somebody from outside, or the kernel of a machine without memory left.",
  ...{ SIGABRT: CRASH, SIGSEGV: CRASH, SIGILL: CRASH, SIGBUS: CRASH, SIGFPE: CRASH, SIGTRAP: CRASH },
};

const byExitCode = (facts: EndFacts): Failure =>
  failure(
    facts,
    "exit_code",
    "ExitCode",
    `The step's process ended with exit code ${facts.exit.exitCode} and reported no result.` +
      `${facts.exit.error ? ` The engine says: ${facts.exit.error}.` : ""}`,
  );
