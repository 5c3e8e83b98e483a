import { readFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { StepdockError } from "../errors/error.ts";

/** Where in the user's sources the bundler stopped: `line` and `column` count from 1. */
export interface BundleErrorPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** User code could not be bundled: a syntax error, an import that does not resolve, an export that is missing. */
export class BundleError extends StepdockError {
  readonly code = "bundle_failed";
  readonly place: BundleErrorPlace | undefined;

  constructor(message: string, options: ErrorOptions & { place?: BundleErrorPlace | undefined } = {}) {
    super(message, options);
    this.place = options.place;
  }
}

/** What the bundler says of one fault. Its `loc.column` counts from 0. */
export interface BundlerLog {
  readonly message: string;
  readonly code?: string | undefined;
  readonly exporter?: string | undefined;
  readonly loc?:
    | { readonly file?: string | undefined; readonly line: number; readonly column: number }
    | undefined;
}

/** Puts the bundler's own report into our words; `subject` names what was being bundled. */
export function toBundleError(error: unknown, subject: string, root: string): BundleError {
  if (error instanceof BundleError) return error;
  const log = (error as { errors?: readonly BundlerLog[] }).errors?.[0] ?? (error as BundlerLog);
  return fromLog(withPlace(log, root), subject, root, error);
}

/** Of some faults the bundler tells the file only within its message: `[ src/data.json:2:8 ]`. */
const withPlace = (log: BundlerLog, root: string): BundlerLog => {
  const message = stripVTControlCharacters(log.message);
  const [, file, line, column] = /\[ (.+?):(\d+):(\d+) \]/.exec(message) ?? [];
  if (log.loc?.file !== undefined || file === undefined) return withMessage(log, message);
  const loc = { file: resolve(root, file), line: Number(line), column: Number(column) - 1 };
  return { ...withMessage(log, message), loc };
};

/** Errors keep `message` and `code` where a copy by spreading would lose them. */
const withMessage = ({ code, exporter, loc }: BundlerLog, message: string): BundlerLog => ({
  ...{ message, code, exporter, loc },
});

/** The error for one log entry. */
export function fromLog(log: BundlerLog, subject: string, root: string, cause: unknown = log): BundleError {
  const spot = spotOf(log);
  const place = spot && { file: relative(root, spot.file), line: spot.line, column: spot.column };
  const head = `Cannot bundle ${subject}: ${firstLine(log.message)}`;
  const where = place && `  at ${place.file}:${place.line}:${place.column}`;
  return new BundleError([head, where, spot?.shown, wayOut(log)].filter(Boolean).join("\n"), {
    cause,
    place,
  });
}

/** The place in the source on disk: the bundler saw a rewritten text, whose lines are the same but not its columns. */
function spotOf({ loc, exporter }: BundlerLog): (BundleErrorPlace & { shown: string }) | undefined {
  if (loc?.file === undefined || !isAbsolute(loc.file)) return undefined;
  const text = lineOf(loc.file, loc.line);
  const quoted =
    exporter === undefined ? -1 : Math.max(text.indexOf(`"${exporter}"`), text.indexOf(`'${exporter}'`));
  const column = quoted === -1 ? loc.column : quoted;
  const shown = `  ${loc.line} | ${text}\n  ${" ".repeat(`${loc.line} | `.length + column)}^`;
  return { file: loc.file, line: loc.line, column: column + 1, shown };
}

function lineOf(file: string, line: number): string {
  try {
    return readFileSync(file, "utf8").split("\n")[line - 1] ?? "";
  } catch {
    // The line is an extra: its place is named in any case.
    return "";
  }
}

const firstLine = (message: string) => (message.split("\n")[0] ?? "").replace(/^\[\w+\]\s*/, "");

function wayOut({ code, exporter, message }: BundlerLog): string {
  if (code === "UNRESOLVED_IMPORT")
    return unresolvedWayOut(exporter ?? /'([^']+)'/.exec(message)?.[1] ?? "it");
  if (code === "MISSING_EXPORT") return "Export that name from the module, or correct the import.";
  if (code === "PARSE_ERROR" || code === "JSON_PARSE") return "Correct the syntax of that line.";
  return "Correct the file that is named above; the cause holds the bundler's whole report.";
}

const unresolvedWayOut = (specifier: string) =>
  /^[./#]/.test(specifier)
    ? "Create that file, or correct the path; its extension is part of it."
    : `Install the package (npm install ${packageOf(specifier)}), or correct its name.`;

const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
