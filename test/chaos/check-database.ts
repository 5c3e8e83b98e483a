import { DatabaseSync } from "../../src/metadata/sqlite/node-sqlite.ts";

/** What SQLite itself finds wrong. */
export const checkDatabase = (path: string): string[] => {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const [integrity] = database.prepare("PRAGMA integrity_check").all();
    const foreign = database.prepare("PRAGMA foreign_key_check").all();
    return [
      ...(integrity?.integrity_check === "ok" ? [] : [`integrity_check: ${JSON.stringify(integrity)}`]),
      ...foreign.map((row) => `foreign_key_check: ${JSON.stringify(row)}`),
    ];
  } finally {
    database.close();
  }
};
