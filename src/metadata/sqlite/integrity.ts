import { isSqliteError } from "./errors.ts";
import type { DatabaseSync } from "./node-sqlite.ts";

/** What is wrong with the file, one sentence each: broken pages and indexes, and links to records that are gone. */
export const problemsOf = (database: DatabaseSync): string[] => {
  try {
    return [...brokenStructure(database), ...danglingLinks(database)];
  } catch (error) {
    if (isSqliteError(error)) return [`The check could not be finished: ${error.message}.`];
    throw error;
  }
};

const brokenStructure = (database: DatabaseSync): string[] => {
  const rows = database.prepare("PRAGMA integrity_check").all();
  return rows.map((row) => String(row.integrity_check)).filter((line) => line !== "ok");
};

const danglingLinks = (database: DatabaseSync): string[] => {
  const rows = database.prepare("PRAGMA foreign_key_check").all();
  return rows.map(
    ({ table, rowid, parent }) => `Row ${rowid} of ${table} refers to a row of ${parent} that is not there.`,
  );
};
