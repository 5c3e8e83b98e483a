import type { NamedArtifact, VersionedArtifact } from "../port.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query } from "./query.ts";
import { artifacts, type Tables } from "./tables.ts";

type Row = Tables["artifacts"];

/** A number is never given out again, also where its artifact was removed. */
const next = query<{ name: string }, { lastVersion: number }>("nextVersion", ({ build, sql }, value) =>
  build
    .insertInto("artifactNames")
    .values({ name: value("name"), lastVersion: sql.lit(1) })
    .onConflict((conflict) =>
      conflict.column("name").doUpdateSet((expression) => ({
        lastVersion: expression("artifactNames.lastVersion", "+", sql.lit(1)),
      })),
    )
    .returning("lastVersion"),
);

/** Counts up the versions of a name. */
export const nextVersion = (database: DatabaseSync, name: string): number =>
  next(database, { name })[0]?.lastVersion ?? 1;

const byName = query<{ name: string }, Row>("artifactsByName", ({ build }, value) =>
  build.selectFrom("artifacts").selectAll().where("name", "=", value("name")).orderBy("version", "desc"),
);

/** Newest first. */
export const selectVersions = (database: DatabaseSync, name: string): VersionedArtifact[] =>
  byName(database, { name }).map(versioned);

/** Of the group of a name, SQLite takes the row that has the highest version. */
const newest = query<object, Row & { versions: number }>("newestArtifacts", ({ build }) =>
  build
    .selectFrom("artifacts")
    .selectAll()
    .select(({ fn }) => [fn.max("version").as("version"), fn.countAll<number>().as("versions")])
    .groupBy("name")
    .orderBy("name"),
);

export const selectNames = (database: DatabaseSync): NamedArtifact[] =>
  newest(database, {}).map((row) => ({ ...versioned(row), versions: row.versions }));

const versioned = (row: Row): VersionedArtifact => ({ ...artifacts.unpack(row), version: row.version });
