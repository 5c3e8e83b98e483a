import { isStepdockError, StepdockError } from "../errors/error.ts";
import { InterruptedError, isAbort } from "./interrupted-error.ts";
import { engineWords, errorCodeOf, lostEngine, statusCodeOf } from "./request-failure.ts";

export { statusCodeOf } from "./request-failure.ts";

/** The engine refused a request, or went away before it answered. */
export class DockerRequestError extends StepdockError {
  readonly code: "docker_request_failed" | "engine_unavailable";
  /** What was asked, as a verb phrase: `remove container`. */
  readonly operation: string;
  /** The id or name that it was asked of. */
  readonly subject: string;
  /** HTTP status, undefined where no answer came. */
  readonly statusCode: number | undefined;

  constructor(operation: string, subject: string, cause: unknown) {
    super(messageOf(operation, subject, cause), { cause });
    this.code = lostEngine(cause) ? "engine_unavailable" : "docker_request_failed";
    this.operation = operation;
    this.subject = subject;
    this.statusCode = statusCodeOf(cause);
  }
}

/**
 * The error to throw for a request that failed: ours unchanged, an aborted one as `InterruptedError`,
 * every other as `DockerRequestError`. `operation` is a verb phrase (`remove container`), `subject` an id or name.
 * With `signal`, whatever failed after it was aborted counts as interrupted.
 */
export const asDockerError = (
  operation: string,
  subject: string,
  cause: unknown,
  signal?: AbortSignal,
): StepdockError => {
  if (isAbort(cause, signal)) return new InterruptedError(operation, subject, { cause });
  return isStepdockError(cause) ? cause : new DockerRequestError(operation, subject, cause);
};

const messageOf = (operation: string, subject: string, cause: unknown): string => {
  const words = engineWords(cause).replace(/\.$/, "");
  return `Docker could not ${operation} ${subject}: ${words}. ${wayOut(cause, words)}`.trimEnd();
};

/** What to do next, empty where the engine's words say all there is to say. */
const wayOut = (cause: unknown, words: string): string => {
  const known = HINTS.find(([pattern]) => pattern.test(words));
  if (known !== undefined) return known[1];
  if (lostEngine(cause))
    return "The engine went away: see with `docker info` whether it runs, then try again.";
  if (errorCodeOf(cause) === "EACCES")
    return "You may not use the engine's socket: add your user to its group.";
  return (statusCodeOf(cause) ?? 0) >= 500 ? "The engine's own log says more (`journalctl -u docker`)." : "";
};

/** Known troubles of an engine and their way out. */
export const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device|ENOSPC/i,
    "The engine's disk is full: make room with `docker system prune`, or give its data directory a larger disk.",
  ],
  [
    /^No such image/i,
    "Somebody removed it after it was found. Run again: an image of stepdock's is built anew, and what was completed is cached.",
  ],
  [/too many open files|EMFILE/i, "Raise the engine's limit of open files, or run fewer steps at once."],
  [/toomanyrequests|rate limit/i, "The registry limits your pulls: log in with `docker login`, or wait."],
  [/is using its referenced image|being used by/i, "Remove the containers that use it first."],
];
