import type { DestinationStream, Logger } from "pino";
import { StepdockError } from "../errors/error.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;

export type ProgramLogLevel = (typeof LEVELS)[number];

/** stepdock's own log, for whoever looks into stepdock itself; what steps print goes to `StepLog`. */
export type ProgramLog = Logger;

export interface ProgramLogOptions {
  /** By default `STEPDOCK_LOG_LEVEL`, else `warn`. */
  readonly level?: string | undefined;
  /** By default stderr, written at once, so that nothing is lost when the process exits. */
  readonly destination?: DestinationStream | undefined;
}

/** The level asked for does not exist. */
export class LogLevelError extends StepdockError {
  readonly code = "usage";
  readonly level: string;

  constructor(level: string) {
    super(`There is no log level "${level}". Set STEPDOCK_LOG_LEVEL to one of ${LEVELS.join(", ")}.`);
    this.level = level;
  }
}

/**
 * Makes the program's log: one JSON object a line. pino is loaded here and not before, since it slows the start.
 *
 * @throws {LogLevelError}
 */
export async function createProgramLog({ level, destination }: ProgramLogOptions = {}): Promise<ProgramLog> {
  const checked = checkLevel(level ?? (process.env.STEPDOCK_LOG_LEVEL || "warn"));
  const { pino } = await import("pino");
  const options = { level: checked, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, destination ?? pino.destination({ dest: 2, sync: true }));
}

function checkLevel(level: string): ProgramLogLevel {
  const known = LEVELS.find((name) => name === level);
  if (known === undefined) throw new LogLevelError(level);
  return known;
}
