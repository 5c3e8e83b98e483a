import { type MetadataProblem, MetadataStoreError } from "../metadata-store-error.ts";

/** SQLite's primary result codes (https://sqlite.org/rescode.html); the low byte of the extended ones. */
const PROBLEMS: Readonly<Record<number, MetadataProblem>> = {
  5: "busy",
  6: "busy",
  8: "read_only",
  10: "failed",
  11: "damaged",
  13: "full",
  14: "cannot_open",
  26: "not_a_database",
};
const FOREIGN_KEY = 787;
const UNIQUE: ReadonlySet<number> = new Set([1555, 2067]);

const WAY_OUT: Readonly<Record<MetadataProblem, string>> = {
  cannot_open: "See that its directory exists and that you may write there.",
  not_a_database: "Move it away, or name another workspace with --workspace.",
  not_a_workspace: "Name another workspace with --workspace.",
  newer_version: "Upgrade stepdock.",
  busy: "Another process has been writing for more than 30 seconds: see which stepdock runs there, then try again.",
  damaged: "The file is damaged: `stepdock doctor` says where. Restore it, or move it away to begin anew.",
  dangling: "It names a record that is not stored or was removed meanwhile: save that one first.",
  duplicate: "There is one already.",
  full: "The disk is full: make room there and try again.",
  read_only: "The file or its directory cannot be written: see to whom they belong (`ls -l`).",
  failed: "See that its disk works and has room, then try again.",
};

interface SqliteError extends Error {
  readonly errcode: number;
  readonly errstr: string;
}

export const isSqliteError = (error: unknown): error is SqliteError =>
  error instanceof Error && (error as { code?: unknown }).code === "ERR_SQLITE_ERROR";

const problemOf = ({ errcode }: SqliteError): MetadataProblem => {
  if (errcode === FOREIGN_KEY) return "dangling";
  if (UNIQUE.has(errcode)) return "duplicate";
  return PROBLEMS[errcode & 0xff] ?? "failed";
};

/**
 * What to throw for an error of SQLite: a `MetadataStoreError`. Every other error is passed through.
 * `intent` is a verb phrase: `save snapshot 01J…`.
 */
export const asMetadataError = (intent: string, path: string, error: unknown): unknown => {
  if (!isSqliteError(error)) return error;
  const problem = problemOf(error);
  const message = `Could not ${intent} in ${path}: ${error.message}. ${WAY_OUT[problem]}`;
  return new MetadataStoreError(problem, path, message, { cause: error });
};
