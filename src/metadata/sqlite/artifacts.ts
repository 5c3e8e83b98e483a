import type { ArtifactVersion } from "../../model/index.ts";
import { inChunks } from "./chunks.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { build, rowOf, rowsOf } from "./query.ts";
import { artifacts, type Tables } from "./tables.ts";

type LinkTable = "stepRunInputs" | "stepRunOutputs";
type Link = Tables[LinkTable];

/** Input or output name → artifact id. */
export type LinksByName = Readonly<Record<string, string>>;

export const insertArtifacts = (database: DatabaseSync, records: readonly ArtifactVersion[]): void =>
  inChunks(records.map(artifacts.pack), (chunk) =>
    rowsOf(database, build.insertInto("artifacts").values(chunk)),
  );

export const insertLinks = (database: DatabaseSync, table: LinkTable, links: readonly Link[]): void =>
  inChunks(links, (chunk) => rowsOf(database, build.insertInto(table).values(chunk)));

export const linksOf = (stepRunId: string, byName: LinksByName): Link[] =>
  Object.entries(byName).map(([name, artifactId]) => ({ stepRunId, name, artifactId }));

export const selectArtifact = (database: DatabaseSync, id: string): ArtifactVersion | undefined => {
  const row = rowOf(database, build.selectFrom("artifacts").selectAll().where("id", "=", id));
  return row && artifacts.unpack(row);
};

/** By the name that the step has for them. */
export const selectLinked = (
  database: DatabaseSync,
  table: LinkTable,
  stepRunId: string,
): Record<string, ArtifactVersion> => {
  const query = build
    .selectFrom(`${table} as link`)
    .innerJoin("artifacts", "artifacts.id", "link.artifactId")
    .selectAll("artifacts")
    .select("link.name as linkName")
    .where("link.stepRunId", "=", stepRunId)
    .orderBy("link.name");
  return Object.fromEntries(rowsOf(database, query).map((row) => [row.linkName, artifacts.unpack(row)]));
};

/** An artifact is stored together with its first link, so one without any has lost its last one just now. */
export const deleteUnused = (database: DatabaseSync): ArtifactVersion[] => {
  const query = build
    .deleteFrom("artifacts")
    .where("id", "not in", build.selectFrom("stepRunOutputs").select("artifactId"))
    .where("id", "not in", build.selectFrom("stepRunInputs").select("artifactId"))
    .returningAll();
  return rowsOf(database, query).map(artifacts.unpack);
};
