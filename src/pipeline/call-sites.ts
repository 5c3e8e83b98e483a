/** A place in a file, 1-based as V8 counts; the file is a path or a `file:` URL as V8 names it. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The frames above the caller of the caller, innermost first: where a step was defined. */
export const callSites = (): readonly CallSite[] =>
  // Not imported: an `import` of this module evaluates all that it could give, threads and a command line parser with it.
  process
    .getBuiltinModule("node:util")
    .getCallSites(24)
    .slice(2)
    .filter((site) => site.scriptName !== "" && !site.scriptName.startsWith("node:"))
    .map((site) => ({
      file: site.scriptName,
      line: site.lineNumber,
      // Node 24 renamed `column` to `columnNumber`; older typings know only one of them.
      column: (site as { columnNumber?: number }).columnNumber ?? (site as { column?: number }).column ?? 0,
    }));
