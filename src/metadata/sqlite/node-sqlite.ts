type Sqlite = typeof import("node:sqlite");

/**
 * Node 24.0 still prints an ExperimentalWarning when it loads the module, 24.21 does not any more. The module is
 * loaded synchronously, so that the filter is in place for this one call and catches no other warning.
 */
const loadQuietly = (): Sqlite => {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).startsWith("SQLite is an experimental"))
      Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
};

/** `DatabaseSync` of `node:sqlite`, without its warning. A static import of the module as a value would print it. */
export const { DatabaseSync } = loadQuietly();
export type DatabaseSync = InstanceType<Sqlite["DatabaseSync"]>;
