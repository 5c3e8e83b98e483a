import { StepdockError } from "../../errors/error.ts";
import type { PipelineRun } from "../../model/index.ts";

/** A file that is no archive of a run, is damaged, or holds what none may. */
export class ArchiveInvalidError extends StepdockError {
  readonly code = "archive_invalid";
  readonly file: string;

  /** @param problem as the end of the sentence `<file> cannot be imported: …`, with what to do next */
  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`${file} cannot be imported: ${problem} Nothing was changed.`, options);
    this.file = file;
  }
}

export const noSuchFile = (file: string, options?: ErrorOptions): ArchiveInvalidError =>
  new ArchiveInvalidError(file, "there is no such file.", options);

/** The workspace has something under an id or at a place of an archive that is not what the archive has. */
export class ArchiveConflictError extends StepdockError {
  readonly code = "archive_conflict";
}

/** A run cannot be exported, or not to that file. */
export class ExportRefusedError extends StepdockError {
  readonly code = "export_refused";
}

export const notEnded = ({ id, name, status }: PipelineRun): ExportRefusedError =>
  new ExportRefusedError(
    `Run ${name} (${id}) is '${status}' and cannot be exported before it has ended: wait for it, stop it with ` +
      `\`stepdock stop ${id}\`, or let it end with \`stepdock resume ${id}\`.`,
  );

export const fileExists = (file: string): ExportRefusedError =>
  new ExportRefusedError(
    `${file} is there already, and nothing is overwritten. Remove it, or name another file with --output.`,
  );
