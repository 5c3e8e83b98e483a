import { sql, type Updateable } from "kysely";
import type { ArtifactVersion, StepRun } from "../../model/index.ts";
import { noSuchStepRun } from "../not-found-error.ts";
import type { StepRunPatch } from "../port.ts";
import { insertArtifacts, insertLinks, type LinksByName, linksOf } from "./artifacts.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { build, type Query, query, slotsOf } from "./query.ts";
import { guardStatus } from "./status-guard.ts";
import { stepRuns, type Tables } from "./tables.ts";

type Row = ReturnType<typeof stepRuns.pack>;
type RowPatch = Updateable<Tables["stepRuns"]>;

/** A step run to be published, with the artifacts that it refers to. */
export interface StepRunEntry {
  readonly stepRun: StepRun;
  readonly inputs: LinksByName;
  readonly outputs?: LinksByName;
}

const insert = query<Row, unknown>((value) =>
  build.insertInto("stepRuns").values(slotsOf(stepRuns.keys, value)),
);

export const insertStepRuns = (database: DatabaseSync, entries: readonly StepRunEntry[]): void => {
  for (const { stepRun } of entries) insert(database, stepRuns.pack(stepRun));
  for (const { stepRun, inputs, outputs = {} } of entries) {
    insertLinks(database, "stepRunInputs", linksOf(stepRun.id, inputs));
    insertLinks(database, "stepRunOutputs", linksOf(stepRun.id, outputs));
  }
};

export const patchStepRun = (database: DatabaseSync, id: string, patch: StepRunPatch): StepRun => {
  const [row] = byId(database, { id });
  if (row === undefined) throw noSuchStepRun(id);
  const present = stepRuns.unpack(row);
  const subject = `step run ${id} (${present.invocationId}, attempt ${present.attempt})`;
  guardStatus(subject, present.status, patch.status);
  set(database, row, stepRuns.packPatch(patch));
  return { ...present, ...patch, id };
};

/** Writes what is another now. Where nothing is, the transaction stays empty, and so costs no fsync. */
const set = (database: DatabaseSync, row: Row, patch: RowPatch): void => {
  const names = stepRuns.keys.filter((name) => patch[name] !== undefined && patch[name] !== row[name]);
  if (names.length > 0) updateOf(names)(database, { ...patch, id: row.id });
};

type Update = Query<RowPatch & { id: string }, unknown>;
const updates = new Map<string, Update>();

/** Sets these columns only: to set an indexed one writes its index again, even with the value that it has. */
const updateOf = (names: readonly (keyof Row)[]): Update => {
  const update = updates.get(names.join()) ?? newUpdateOf(names);
  updates.set(names.join(), update);
  return update;
};

const newUpdateOf = (names: readonly (keyof Row)[]): Update =>
  query((value) => build.updateTable("stepRuns").set(slotsOf(names, value)).where("id", "=", value("id")));

export const completeStepRun = (
  database: DatabaseSync,
  id: string,
  patch: StepRunPatch,
  outputs: Readonly<Record<string, ArtifactVersion>>,
): StepRun => {
  const completed = patchStepRun(database, id, patch);
  insertArtifacts(database, Object.values(outputs));
  const links = Object.entries(outputs).map(([name, artifact]) => [name, artifact.id] as const);
  insertLinks(database, "stepRunOutputs", linksOf(id, Object.fromEntries(links)));
  return completed;
};

const byId = query<{ id: string }, Row>((value) =>
  build.selectFrom("stepRuns").selectAll().where("id", "=", value("id")),
);

export const selectStepRun = (database: DatabaseSync, id: string): StepRun | undefined => {
  const [row] = byId(database, { id });
  return row && stepRuns.unpack(row);
};

const byRun = query<{ runId: string }, Row>((value) =>
  build.selectFrom("stepRuns").selectAll().where("runId", "=", value("runId")).orderBy("seq"),
);

export const selectStepRuns = (database: DatabaseSync, runId: string): StepRun[] =>
  byRun(database, { runId }).map(stepRuns.unpack);

const newest = build
  .selectFrom("stepRuns")
  .selectAll("stepRuns")
  .orderBy("stepRuns.createdAt", "desc")
  .orderBy("stepRuns.seq", "desc")
  .limit(1);

/** The status is part of the text, as it has to be for the index of completed ones to be used. */
const cached = query<{ cacheKey: string; notBefore: string }, Row>((value) =>
  newest
    .where("cacheKey", "=", value("cacheKey"))
    .where("status", "=", sql.lit("completed"))
    .where("createdAt", ">=", value("notBefore")),
);

export const selectCached = (
  database: DatabaseSync,
  cacheKey: string,
  notBefore = "",
): StepRun | undefined => {
  const [row] = cached(database, { cacheKey, notBefore });
  return row && stepRuns.unpack(row);
};

const latestKeyed = query<{ pipelineName: string; invocationId: string }, Row>((value) =>
  newest
    .innerJoin("pipelineRuns as run", "run.id", "stepRuns.runId")
    .where("run.pipelineName", "=", value("pipelineName"))
    .where("stepRuns.invocationId", "=", value("invocationId"))
    .where("stepRuns.cacheKey", "is not", null),
);

export const selectLatestKeyed = (
  database: DatabaseSync,
  pipelineName: string,
  invocationId: string,
): StepRun | undefined => {
  const [row] = latestKeyed(database, { pipelineName, invocationId });
  return row && stepRuns.unpack(row);
};
