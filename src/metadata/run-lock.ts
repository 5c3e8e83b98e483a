import { asMetadataError } from "./sqlite/errors.ts";
import { DatabaseSync } from "./sqlite/node-sqlite.ts";

/**
 * Held by the owner of a run for as long as it lives: an exclusive SQLite transaction on `lock.db` in the run's
 * directory. The kernel drops it when the process ends, however it ends, and it works across pid namespaces.
 */
export interface RunLock extends Disposable {}

/** Takes the lock; undefined where another live process holds it. Throws `MetadataStoreError` where the file cannot be made. */
export const acquireRunLock = (path: string): RunLock | undefined => {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw asMetadataError("lock the run", path, error);
  }
  return { [Symbol.dispose]: () => database.close() };
};

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY;

/** Whether a live process owns the run whose lock this is. */
export const isRunLocked = (path: string): boolean => {
  const lock = acquireRunLock(path);
  lock?.[Symbol.dispose]();
  return lock === undefined;
};
