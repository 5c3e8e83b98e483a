import type { DatabaseSync } from "./node-sqlite.ts";
import { statementOf } from "./statement.ts";

/**
 * Runs `work` in a transaction: all of it is there for others, and on the disk, when this returns, or nothing is.
 *
 * One that reads first and then writes cannot wait for another writer, since what it read is then stale: SQLite fails
 * it at once. One that begins as a writer (`IMMEDIATE`) waits as long as the connection's timeout says.
 * SQLite rolls back by itself on a full disk; a second rollback would fail and hide the cause.
 */
export const transact = <T>(database: DatabaseSync, mode: "DEFERRED" | "IMMEDIATE", work: () => T): T => {
  statementOf(database, `BEGIN ${mode}`).rows([]);
  try {
    const result = work();
    statementOf(database, "COMMIT").rows([]);
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
};
