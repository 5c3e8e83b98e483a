import { StepdockError } from "../errors/error.ts";

/** A log file takes no more records: the disk is full, the file is gone, or the right to write is missing. */
export class LogWriteError extends StepdockError {
  readonly code = "log_write_failed";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`Cannot write the log ${path}: ${reason(cause)}. ${wayOut(cause)}, then run again.`, { cause });
    this.path = path;
  }
}

/** A log file cannot be opened or read. A damaged line is no such case: it is warned about and left out. */
export class LogReadError extends StepdockError {
  readonly code = "log_read_failed";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(
      `Cannot read the log ${path}: ${reason(cause)}. Check that the step has run and that you may read the file.`,
      { cause },
    );
    this.path = path;
  }
}

const reason = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** The `errno` name of a system error: `ENOSPC`. */
export const errno = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined;

const WAYS_OUT: Readonly<Record<string, string>> = {
  ENOSPC: "Free space on this disk",
  EDQUOT: "Free space within your disk quota",
  EACCES: "Get the right to write there",
  EPERM: "Get the right to write there",
  EROFS: "Put the workspace on a disk that can be written",
  ENOENT: "Restore the directory",
  EMFILE: "Raise the limit of open files",
  ENFILE: "Raise the limit of open files",
};

const wayOut = (cause: unknown): string =>
  WAYS_OUT[errno(cause) ?? ""] ?? "Check the disk that holds this file";
