import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { migrate } from "../../../src/metadata/sqlite/migrate.ts";
import { MIGRATIONS } from "../../../src/metadata/sqlite/migrations.ts";
import { openSqliteMetadataStore } from "../../../src/metadata/sqlite-metadata-store.ts";
import { aSnapshot } from "../../contract/metadata-records.ts";
import { aDatabaseFile } from "./files.ts";

const version = (database: DatabaseSync) => database.prepare("PRAGMA user_version").get()?.user_version;

test("a later migration runs once, on top of what is stored, and the workspace keeps its id", async () => {
  await using file = await aDatabaseFile();
  await using store = await openSqliteMetadataStore({ path: file.path });
  await store.saveSnapshot(aSnapshot());
  using database = new DatabaseSync(file.path);
  const more = [...MIGRATIONS, "CREATE TABLE notes (text TEXT) STRICT"];
  migrate(database, file.path, more);
  migrate(database, file.path, more);
  expect(version(database)).toBe(MIGRATIONS.length + 1);
  expect(await store.getSnapshot("snapshot-1")).toStrictEqual(aSnapshot());
  const id = database.prepare("SELECT value FROM meta WHERE key = 'workspace_id'").get();
  expect(id).toMatchObject({ value: store.workspaceId });
});

test("a migration that fails half-way leaves the old version, without a trace of those before it", async () => {
  await using file = await aDatabaseFile();
  await (await openSqliteMetadataStore({ path: file.path }))[Symbol.asyncDispose]();
  using database = new DatabaseSync(file.path);
  const broken = [
    ...MIGRATIONS,
    "CREATE TABLE notes (text TEXT) STRICT",
    "CREATE TABLE more (a); INSERT INTO nowhere",
  ];
  expect(() => migrate(database, file.path, broken)).toThrow();
  expect(version(database)).toBe(MIGRATIONS.length);
  expect(database.prepare("SELECT name FROM sqlite_schema WHERE name IN ('notes', 'more')").all()).toEqual(
    [],
  );
});

test("every table is strict", async () => {
  await using file = await aDatabaseFile();
  await using _ = await openSqliteMetadataStore({ path: file.path });
  using database = new DatabaseSync(file.path);
  const tables = database.prepare("PRAGMA table_list").all();
  const lax = tables.filter(({ name, strict }) => !String(name).startsWith("sqlite_") && strict !== 1);
  expect(tables.length).toBeGreaterThan(8);
  expect(lax).toEqual([]);
});

test("artifacts from before there were versions are numbered by name, in the order they were made", async () => {
  await using file = await aDatabaseFile();
  using database = new DatabaseSync(file.path);
  migrate(database, file.path, MIGRATIONS.slice(0, 2));
  const insert = database.prepare(
    "INSERT INTO artifacts VALUES (?, ?, 'local://d/s/o/1', 'json', 'hash', 1, 'number', '{}', '[]', ?, 'step run')",
  );
  for (const row of [
    ["late", "a", "2026-02"],
    ["early", "a", "2026-01"],
    ["other", "b", "2026-03"],
  ])
    insert.run(...row);
  await using store = await openSqliteMetadataStore({ path: file.path });
  const versions = await store.listArtifactVersions("a");
  expect(versions.map(({ id, version: number }) => [id, number])).toEqual([
    ["late", 2],
    ["early", 1],
  ]);
  expect((await store.listArtifactNames()).map(({ name, versions: count }) => [name, count])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});
