import { DatabaseSync } from "./sqlite/node-sqlite.ts";

/**
 * Held by the owner of a run for as long as it lives: an exclusive SQLite transaction on `lock.db` in the run's
 * directory. The kernel drops it when the process ends, however it ends, and it works across pid namespaces.
 */
export interface RunLock extends Disposable {}

/** Whoever only looks holds a shared lock for an instant; that is waited for. In milliseconds. */
const LOOK = 500;

/** Takes the lock; undefined where another live process holds it. Throws where the file cannot be made. */
export const acquireRunLock = (path: string): RunLock | undefined => {
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${LOOK}; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE`);
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
};

/** Whether a live process owns the run whose lock this is. Looking does not get in the way of others who look. */
export const isRunLocked = (path: string): boolean => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.exec("PRAGMA busy_timeout = 0; SELECT 1 FROM sqlite_schema");
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
};

const SQLITE_BUSY = 5;

const isBusy = (error: unknown): boolean =>
  ((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY;
