import { asMetadataError } from "./errors.ts";
import { migrate } from "./migrate.ts";
import { DatabaseSync } from "./node-sqlite.ts";

/** SQLite lets nobody queue: a writer that comes between others by chance alone may try for seconds. */
const BUSY_TIMEOUT_MS = 30_000;

export interface ConnectionOptions {
  /** The database file; made if it is not there. Its directory must be. */
  readonly path: string;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Opens the file, brings it to the newest version and sets the connection up. Throws `MetadataStoreError`. */
export const connect = ({ path, onWarning }: ConnectionOptions): DatabaseSync => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    setUp(database, path, onWarning);
    return database;
  } catch (error) {
    database?.close();
    throw asMetadataError("open the metadata store", path, error);
  }
};

/**
 * WAL: readers see the last commit while another process writes. FULL: each commit is fsynced before the method
 * resolves; NORMAL would let a loss of power take back the last commits, also an `assigned` that a container has
 * acted upon. (fsync on macOS reaches the drive, not what the drive caches.)
 */
const setUp = (database: DatabaseSync, path: string, onWarning: ConnectionOptions["onWarning"]): void => {
  database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  migrate(database, path);
  const mode = database.prepare("PRAGMA journal_mode = WAL").get()?.journal_mode;
  if (mode === "wal") return;
  onWarning?.(
    `${path} lies on a file system without shared memory, so SQLite keeps it in '${String(mode)}' mode: ` +
      "processes that read and write it wait for each other. A workspace on a local disk is faster.",
  );
};
