import { chmod, open, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { connect } from "../../../src/metadata/sqlite/connection.ts";
import { openSqliteMetadataStore } from "../../../src/metadata/sqlite-metadata-store.ts";
import { aSnapshot } from "../../contract/metadata-records.ts";
import { Child } from "./child.ts";
import { aDatabaseFile, type DatabaseFile } from "./files.ts";

const make = async ({ path }: DatabaseFile): Promise<void> => {
  await using store = await openSqliteMetadataStore({ path });
  await store.saveSnapshot(aSnapshot());
};

const PAGE = 4096;

const rootPage = ({ path }: DatabaseFile, table: string): number => {
  using database = new DatabaseSync(path, { readOnly: true });
  return Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = ?").get(table)?.rootpage);
};

const overwrite = async (path: string, page: number): Promise<void> => {
  await using file = await open(path, "r+");
  await file.write(Buffer.alloc(PAGE, 0xff), 0, PAGE, (page - 1) * PAGE);
};

/** Changes the file as another program would, past the store. */
const change = ({ path }: DatabaseFile, sql: string): void => {
  using database = new DatabaseSync(path);
  database.exec(sql);
};

test("a database of a newer stepdock is refused, with its maker's version and the way out, and not a byte changes", async () => {
  await using file = await aDatabaseFile();
  await make(file);
  change(file, "PRAGMA user_version = 99; UPDATE meta SET value = '7.8.9' WHERE key = 'stepdock_version'");
  const before = await readFile(file.path);
  await expect(openSqliteMetadataStore({ path: file.path })).rejects.toMatchObject({
    code: "workspace_invalid",
    problem: "newer_version",
    path: file.path,
    message: expect.stringMatching(/stepdock 7\.8\.9 \(database version 99\).*Upgrade stepdock/),
  });
  expect((await readFile(file.path)).equals(before)).toBe(true);
});

test("another program's database is refused and not a byte changes", async () => {
  await using file = await aDatabaseFile();
  change(file, "CREATE TABLE theirs (a)");
  const before = await readFile(file.path);
  await expect(openSqliteMetadataStore({ path: file.path })).rejects.toMatchObject({
    code: "workspace_invalid",
    problem: "not_a_workspace",
    message: expect.stringContaining(file.path),
  });
  expect((await readFile(file.path)).equals(before)).toBe(true);
});

test.each(["short", "long, longer than a page of SQLite. ".repeat(300)])(
  "a file that is no database is refused and stays as it is: %#",
  async (text) => {
    await using file = await aDatabaseFile();
    await writeFile(file.path, text);
    await expect(openSqliteMetadataStore({ path: file.path })).rejects.toMatchObject({
      code: "workspace_invalid",
      problem: "not_a_database",
      message: expect.stringContaining(file.path),
    });
    expect(await readFile(file.path, "utf8")).toBe(text);
  },
);

test("a directory that is not there is named", async () => {
  await using file = await aDatabaseFile();
  const path = join(file.directory, "nowhere", "stepdock.db");
  await expect(openSqliteMetadataStore({ path })).rejects.toMatchObject({
    code: "workspace_invalid",
    problem: "cannot_open",
    message: expect.stringContaining(path),
  });
});

test("an empty file becomes a store", async () => {
  await using file = await aDatabaseFile();
  await writeFile(file.path, "");
  await make(file);
  await using store = await openSqliteMetadataStore({ path: file.path });
  expect(await store.getSnapshot("snapshot-1")).toBeDefined();
});

test("a database that may not be written is refused with that reason", async () => {
  await using file = await aDatabaseFile();
  await make(file);
  await chmod(file.path, 0o444);
  await chmod(file.directory, 0o777);
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  await using child = new Child("open-and-save", [file.path], nobody);
  expect(JSON.parse((await child.finish()).stdout)).toMatchObject({
    code: "metadata_failed",
    problem: "read_only",
    path: file.path,
  });
});

test("a commit is synced before it returns, foreign keys are checked, and a writer waits for another", async () => {
  await using file = await aDatabaseFile();
  using database = connect({ path: file.path });
  const read = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(["synchronous", "foreign_keys", "busy_timeout", "journal_mode"].map(read)).toEqual([
    2,
    1,
    30_000,
    "wal",
  ]);
});

test("an open store keeps a write-ahead log, and has nothing to warn of", async () => {
  await using file = await aDatabaseFile();
  const warnings: string[] = [];
  await using store = await openSqliteMetadataStore({
    path: file.path,
    onWarning: (text) => warnings.push(text),
  });
  await store.saveSnapshot(aSnapshot());
  expect(warnings).toEqual([]);
  using raw = new DatabaseSync(file.path, { readOnly: true });
  expect(raw.prepare("PRAGMA journal_mode").get()).toMatchObject({ journal_mode: "wal" });
});

test("a snapshot that this release cannot read is reported with its id and the file", async () => {
  await using file = await aDatabaseFile();
  await make(file);
  change(file, `UPDATE snapshots SET body = '{"formatVersion": 2}'`);
  await using store = await openSqliteMetadataStore({ path: file.path });
  await expect(store.getSnapshot("snapshot-1")).rejects.toMatchObject({
    problem: "damaged",
    message: expect.stringMatching(/snapshot snapshot-1.*stepdock\.db/),
  });
});

test("a sound file has no problems; a link to a record that is gone is told", async () => {
  await using file = await aDatabaseFile();
  await make(file);
  await using store = await openSqliteMetadataStore({ path: file.path });
  expect(await store.checkIntegrity()).toEqual([]);
  change(
    file,
    "PRAGMA foreign_keys = OFF; INSERT INTO step_run_inputs (step_run_id, name, artifact_id) VALUES ('a', 'b', 'c')",
  );
  const problems = await store.checkIntegrity();
  expect(problems).toHaveLength(2);
  expect(problems.join()).toContain("of step_run_inputs refers to a row of artifacts that is not there");
});

test("a file whose middle is overwritten is told to be damaged", async () => {
  await using file = await aDatabaseFile();
  await make(file);
  await using store = await openSqliteMetadataStore({ path: file.path });
  await overwrite(file.path, rootPage(file, "snapshots"));
  const problems = await store.checkIntegrity();
  expect(problems.join()).toMatch(/malformed|btree|page/i);
  await expect(store.getSnapshot("snapshot-1")).rejects.toMatchObject({
    code: "metadata_failed",
    problem: "damaged",
  });
});

test("a file whose end is missing is refused when it is opened", async () => {
  await using file = await aDatabaseFile();
  await make(file);
  await truncate(file.path, 3 * PAGE);
  await expect(openSqliteMetadataStore({ path: file.path })).rejects.toMatchObject({
    code: "metadata_failed",
    problem: "damaged",
    message: expect.stringContaining("stepdock doctor"),
  });
});
