import type { ArtifactVersion } from "../../model/index.ts";
import { nextVersion } from "./artifact-versions.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, slotsOf } from "./query.ts";
import { artifacts, type Tables } from "./tables.ts";

type LinkTable = "stepRunInputs" | "stepRunOutputs";
type Link = Tables[LinkTable];

/** Input or output name → artifact id. */
export type LinksByName = Readonly<Record<string, string>>;

type ArtifactRow = ReturnType<typeof artifacts.pack>;

const insertArtifact = query<Tables["artifacts"], unknown>("insertArtifact", ({ build }, value) =>
  build.insertInto("artifacts").values(slotsOf([...artifacts.keys, "version"], value)),
);

export const insertArtifacts = (database: DatabaseSync, records: readonly ArtifactVersion[]): void => {
  for (const record of records) {
    insertArtifact(database, { ...artifacts.pack(record), version: nextVersion(database, record.name) });
  }
};

const LINK = ["stepRunId", "name", "artifactId"] as const;
const insertLink = {
  stepRunInputs: query<Link, unknown>("insertInput", ({ build }, value) =>
    build.insertInto("stepRunInputs").values(slotsOf(LINK, value)),
  ),
  stepRunOutputs: query<Link, unknown>("insertOutput", ({ build }, value) =>
    build.insertInto("stepRunOutputs").values(slotsOf(LINK, value)),
  ),
};

export const insertLinks = (database: DatabaseSync, table: LinkTable, links: readonly Link[]): void => {
  for (const link of links) insertLink[table](database, link);
};

export const linksOf = (stepRunId: string, byName: LinksByName): Link[] =>
  Object.entries(byName).map(([name, artifactId]) => ({ stepRunId, name, artifactId }));

const byId = query<{ id: string }, ArtifactRow>("artifactById", ({ build }, value) =>
  build.selectFrom("artifacts").selectAll().where("id", "=", value("id")),
);

export const selectArtifact = (database: DatabaseSync, id: string): ArtifactVersion | undefined => {
  const [row] = byId(database, { id });
  return row && artifacts.unpack(row);
};

const linkedIn = (name: string, table: LinkTable) =>
  query<{ stepRunId: string }, ArtifactRow & { linkName: string }>(name, ({ build }, value) =>
    build
      .selectFrom(`${table} as link`)
      .innerJoin("artifacts", "artifacts.id", "link.artifactId")
      .selectAll("artifacts")
      .select("link.name as linkName")
      .where("link.stepRunId", "=", value("stepRunId"))
      .orderBy("link.name"),
  );
const linked = {
  stepRunInputs: linkedIn("inputsOfStepRun", "stepRunInputs"),
  stepRunOutputs: linkedIn("outputsOfStepRun", "stepRunOutputs"),
};

/** By the name that the step has for them. */
export const selectLinked = (
  database: DatabaseSync,
  table: LinkTable,
  stepRunId: string,
): Record<string, ArtifactVersion> =>
  Object.fromEntries(
    linked[table](database, { stepRunId }).map((row) => [row.linkName, artifacts.unpack(row)]),
  );

const unused = query<object, ArtifactRow>("deleteUnusedArtifacts", ({ build }) =>
  build
    .deleteFrom("artifacts")
    .where("id", "not in", build.selectFrom("stepRunOutputs").select("artifactId"))
    .where("id", "not in", build.selectFrom("stepRunInputs").select("artifactId"))
    .returningAll(),
);

/** An artifact is stored together with its first link, so one without any has lost its last one just now. */
export const deleteUnused = (database: DatabaseSync): ArtifactVersion[] =>
  unused(database, {}).map(artifacts.unpack);
