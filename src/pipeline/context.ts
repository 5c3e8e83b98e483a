import type { OutputPlace } from "./file-brand.ts";

/** Prints lines that end up in the step's log, on the terminal and in its file. */
export interface StepLogger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

/** What a step's function is told besides its inputs; ZenML's `StepContext`. */
export interface StepContext<Places = Readonly<Record<string, OutputPlace>>> {
  readonly log: StepLogger;
  /** Aborted when the step shall end: on interruption and on timeout. */
  readonly signal: AbortSignal;
  readonly runId: string;
  readonly runName: string;
  readonly pipelineName: string;
  readonly stepName: string;
  readonly invocationId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Where to write the outputs that are files or folders, by name. */
  readonly outputs: Places;
}

/** The context of a function that is called directly, outside any run. */
export const directContext = (stepName: string, given: Partial<StepContext> = {}): StepContext => ({
  log: console,
  signal: new AbortController().signal,
  runId: "direct",
  runName: "direct",
  pipelineName: "direct",
  stepName,
  invocationId: stepName,
  attempt: 1,
  outputs: {},
  ...given,
});
