import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { range } from "./range.ts";

const TABLE = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE step_runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, run_id TEXT NOT NULL, invocation_id TEXT NOT NULL,
    status TEXT NOT NULL, cache_key TEXT, key_ingredients TEXT NOT NULL, created_at TEXT NOT NULL, assigned_at TEXT,
    started_at TEXT, finished_at TEXT, exit_code INTEGER, metadata TEXT NOT NULL,
    UNIQUE (run_id, invocation_id)
  ) STRICT;
  CREATE INDEX step_runs_run ON step_runs (run_id);
  CREATE INDEX step_runs_key ON step_runs (cache_key, status, created_at);`;

const INSERT = `INSERT INTO step_runs (id, run_id, invocation_id, status, cache_key, key_ingredients, created_at, metadata)
  VALUES (?, ?, ?, 'initializing', ?, ?, ?, '{}')`;

const UPDATES = [
  "UPDATE step_runs SET status = 'provisioning', assigned_at = ? WHERE id = ?",
  "UPDATE step_runs SET status = 'running', started_at = ? WHERE id = ?",
  "UPDATE step_runs SET status = 'completed', exit_code = 0, finished_at = ? WHERE id = ?",
];

/** Four transactions a step, each durable when it returns, and nothing else. Returns milliseconds. */
export const bareTransactions = async (file: string, steps: number): Promise<number> => {
  const database = new DatabaseSync(file);
  try {
    database.exec(TABLE);
    const insert = database.prepare(INSERT);
    const updates = UPDATES.map((sql) => database.prepare(sql));
    const runId = randomUUID();
    const ingredients = JSON.stringify({
      code: randomUUID(),
      environment: randomUUID(),
      inputs: randomUUID(),
    });
    const begun = performance.now();
    for (const step of range(1, steps)) {
      const id = randomUUID();
      const now = new Date().toISOString();
      insert.run(id, runId, `step_${step}`, randomUUID(), ingredients, now);
      for (const update of updates) update.run(now, id);
    }
    return performance.now() - begun;
  } finally {
    database.close();
    for (const suffix of ["", "-wal", "-shm"]) await rm(`${file}${suffix}`, { force: true });
  }
};
