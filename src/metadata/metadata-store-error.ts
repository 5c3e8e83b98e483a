import { StepdockError } from "../errors/error.ts";

/** What is wrong with the store; the first group is about the file as such, the second about one operation on it. */
export type MetadataProblem =
  | "cannot_open"
  | "not_a_database"
  | "not_a_workspace"
  | "newer_version"
  | "busy"
  | "damaged"
  | "dangling"
  | "duplicate"
  | "full"
  | "read_only"
  | "failed";

const WORKSPACE_PROBLEMS: ReadonlySet<MetadataProblem> = new Set([
  "cannot_open",
  "not_a_database",
  "not_a_workspace",
  "newer_version",
]);

/** The metadata store cannot be opened, or did not do what it was asked; nothing of that transaction was kept. */
export class MetadataStoreError extends StepdockError {
  readonly code: "metadata_failed" | "workspace_invalid";
  readonly problem: MetadataProblem;
  /** The database file. */
  readonly path: string;

  constructor(problem: MetadataProblem, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = WORKSPACE_PROBLEMS.has(problem) ? "workspace_invalid" : "metadata_failed";
    this.problem = problem;
    this.path = path;
  }
}
