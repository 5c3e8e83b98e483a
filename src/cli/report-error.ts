import { CommanderError } from "commander";
import { ERROR_EXIT, EXIT } from "../errors/codes.ts";
import { isStepdockError } from "../errors/error.ts";
import type { Outputs } from "./output.ts";
import { harmless, painter } from "./render/text.ts";

/** How an error ends the process, and what it is called. */
export interface ErrorReport {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
}

/** What becomes of whatever a command threw. */
export const describeError = (thrown: unknown): ErrorReport => {
  const error = firstOf(thrown);
  if (isStepdockError(error)) {
    return { exit: ERROR_EXIT[error.code] ?? EXIT.failed, code: error.code, message: error.message };
  }
  if (error instanceof CommanderError) {
    return { exit: EXIT.usage, code: "usage", message: error.message.replace(/^error: /, "") };
  }
  return { exit: EXIT.failed, code: "internal", message: faultText(error) };
};

/** What went wrong first: giving things back after it may have failed for the same reason. */
const firstOf = (error: unknown): unknown =>
  error instanceof SuppressedError ? firstOf(error.suppressed) : error;

const faultText = (error: unknown): string => {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${told}\nThis is a fault of stepdock, not yours. Please report it with the lines above.`;
};

/** One message on stderr; with `json` also one object on stdout. Returns the exit status. */
export const reportError = async (
  error: unknown,
  { out, err }: Outputs,
  { json }: { json: boolean },
): Promise<number> => {
  const { exit, code, message } = describeError(error);
  await err.line(`${painter(err)("red", "error:")} ${harmless(message)}`);
  if (json) await out.line(JSON.stringify({ event: "error", code, message }));
  return exit;
};
