import { constants } from "node:os";
import type { LogRecord } from "../../logging/log-record.ts";
import type { Failure, FailureKind } from "../../model/index.ts";
import { type EndFacts, explainEnd } from "./explain-end.ts";

const SHOWN_LINES = 10;
/** Of a line in a message; the log has it whole. */
const SHOWN_CHARACTERS = 400;

/** The command of a container step ended with something else than 0: its exit code is its own word, told as such. */
export const explainCommandEnd = (facts: EndFacts, image: string): Failure => {
  const { exitCode, oomKilled } = facts.exit;
  const isForMemory = oomKilled || (exitCode === 137 && facts.memoryLimit !== undefined);
  if (facts.stopped || isForMemory) return explainEnd(facts);
  const signal = signalOf(exitCode);
  const { kind, name, told } = SPECIAL[exitCode]?.(image) ?? (signal ? bySignal(signal) : PLAIN);
  const engine = facts.exit.error ? ` The engine says: ${facts.exit.error}.` : "";
  const message = `${told.replace("{code}", `${exitCode}`)}${engine}${lastLines(facts.tail)}`;
  return { kind, name, message, retryable: kind !== "not_started", exitCode };
};

interface Explained {
  readonly kind: FailureKind;
  readonly name: string;
  readonly told: string;
}

const PLAIN: Explained = {
  kind: "exit_code",
  name: "ExitCode",
  told: "The step's command ended with exit code {code}.",
};

const SPECIAL: Readonly<Record<number, (image: string) => Explained>> = {
  125: () => ({
    ...{ kind: "exit_code", name: "ExitCode" },
    told: "The step's command ended with exit code 125, which `docker run` and some programs give for a fault before the command itself.",
  }),
  126: (image) => ({
    ...{ kind: "not_started", name: "NotExecutable" },
    told: `The step's command could not be executed in image ${image} (exit code 126): a file without the right to be executed, a directory, or a program for another processor architecture.`,
  }),
  127: (image) => ({
    ...{ kind: "not_started", name: "CommandNotFound" },
    told: `The step's command, or a program that it called, was not found in image ${image} (exit code 127). See its spelling, and the image's PATH.`,
  }),
};

const bySignal = (name: string): Explained => ({
  ...{ kind: "signal", name },
  told: `The step's command was ended by ${name} (exit code {code}), which stepdock did not send: a crash, its own code, or somebody from outside.`,
});

const signalOf = (exitCode: number): string | undefined =>
  Object.entries(constants.signals).find(([, number]) => exitCode === 128 + number)?.[0];

/** What it said last, which most often is why. */
export const lastLines = (tail: readonly LogRecord[]): string => {
  const lines = tail.flatMap(({ text }) =>
    text === undefined || text.trim() === "" ? [] : [text.trimEnd()],
  );
  if (lines.length === 0) return " It printed nothing.";
  const shown = lines.slice(-SHOWN_LINES).map((line) => `  | ${line.slice(0, SHOWN_CHARACTERS)}`);
  return [" Its last lines:", ...shown].join("\n");
};
