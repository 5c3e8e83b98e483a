import { randomUUID } from "node:crypto";
import { MetadataStoreError } from "../metadata-store-error.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { releaseHere } from "./release.ts";
import { transact } from "./transaction.ts";

/** `sdok` in ASCII, in the file's header: tells our databases from others' (`PRAGMA application_id`). */
const APPLICATION_ID = 0x73646f6b;

/**
 * Brings the database to the newest version, all in one transaction, under the write lock: of several processes that
 * open a new file at once, one migrates and the others find it done. Nothing is written where there is nothing to do.
 *
 * @throws MetadataStoreError if the file is another program's database, or a newer stepdock made it.
 */
export const migrate = (database: DatabaseSync, path: string, migrations = MIGRATIONS): void => {
  if (versionOf(database, path, migrations.length) === migrations.length) return;
  transact(database, "IMMEDIATE", () => {
    const present = versionOf(database, path, migrations.length);
    for (const statements of migrations.slice(present)) database.exec(statements);
    stamp(database, migrations.length);
  });
};

const versionOf = (database: DatabaseSync, path: string, newest: number): number => {
  const version = pragma(database, "user_version");
  if (isForeign(database))
    throw new MetadataStoreError(
      "not_a_workspace",
      path,
      `${path} is the database of another program, not of stepdock: nothing in it was changed. ` +
        "Name another workspace with --workspace.",
    );
  if (version > newest) throw newerVersion(database, path, version, newest);
  return version;
};

const isForeign = (database: DatabaseSync): boolean =>
  pragma(database, "application_id") !== APPLICATION_ID &&
  database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() !== undefined;

const newerVersion = (database: DatabaseSync, path: string, version: number, newest: number) => {
  const maker = database.prepare("SELECT value FROM meta WHERE key = 'stepdock_version'").get();
  return new MetadataStoreError(
    "newer_version",
    path,
    `${path} was made by stepdock ${maker?.value ?? "of a later release"} (database version ${version}); ` +
      `this is stepdock ${releaseHere()}, which knows versions up to ${newest}. Nothing in it was changed. ` +
      "Upgrade stepdock (`npm install stepdock@latest`), or name another workspace with --workspace.",
  );
};

const stamp = (database: DatabaseSync, version: number): void => {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`);
  const make = database.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)");
  make.run("workspace_id", randomUUID());
  make.run("created_at", new Date().toISOString());
  database
    .prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('stepdock_version', ?)")
    .run(releaseHere());
};

const pragma = (database: DatabaseSync, name: string): number =>
  Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
