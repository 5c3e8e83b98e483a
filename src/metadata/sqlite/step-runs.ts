import type { Updateable } from "kysely";
import type { ArtifactVersion, StepRun } from "../../model/index.ts";
import { noSuchStepRun } from "../not-found-error.ts";
import type { StepRunEntry, StepRunPatch } from "../port.ts";
import { insertArtifacts, insertLinks, linksOf } from "./artifacts.ts";
import type { Builder } from "./builder.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, slotsOf, update } from "./query.ts";
import { guardStatus } from "./status-guard.ts";
import { stepRuns, type Tables } from "./tables.ts";

type Row = ReturnType<typeof stepRuns.pack>;
type RowPatch = Updateable<Tables["stepRuns"]>;

const insert = query<Row, unknown>("insertStepRun", ({ build }, value) =>
  build.insertInto("stepRuns").values(slotsOf(stepRuns.keys, value)),
);

export const insertStepRuns = (database: DatabaseSync, entries: readonly StepRunEntry[]): void => {
  for (const { stepRun } of entries) insert(database, stepRuns.pack(stepRun));
  for (const { stepRun, inputs, outputs = {} } of entries) {
    insertLinks(database, "stepRunInputs", linksOf(stepRun.id, inputs));
    insertLinks(database, "stepRunOutputs", linksOf(stepRun.id, outputs));
  }
};

const insertMissing = query<Row, unknown>("insertMissingStepRun", ({ build }, value) =>
  build
    .insertInto("stepRuns")
    .values(slotsOf(stepRuns.keys, value))
    .onConflict((conflict) => conflict.columns(["runId", "invocationId", "attempt"]).doNothing()),
);

export const insertMissingStepRuns = (database: DatabaseSync, missing: readonly StepRun[]): void => {
  for (const stepRun of missing) insertMissing(database, stepRuns.pack(stepRun));
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

const updateOf = update<RowPatch & { id: string }>("updateStepRun", ({ build }, value) =>
  build.updateTable("stepRuns").set(slotsOf(stepRuns.keys, value)).where("id", "=", value("id")),
);

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

const byId = query<{ id: string }, Row>("stepRunById", ({ build }, value) =>
  build.selectFrom("stepRuns").selectAll().where("id", "=", value("id")),
);

export const selectStepRun = (database: DatabaseSync, id: string): StepRun | undefined => {
  const [row] = byId(database, { id });
  return row && stepRuns.unpack(row);
};

const byRun = query<{ runId: string }, Row>("stepRunsOfRun", ({ build }, value) =>
  build.selectFrom("stepRuns").selectAll().where("runId", "=", value("runId")).orderBy("seq"),
);

export const selectStepRuns = (database: DatabaseSync, runId: string): StepRun[] =>
  byRun(database, { runId }).map(stepRuns.unpack);

const newest = ({ build, sql }: Builder) =>
  build
    .selectFrom("stepRuns")
    .selectAll("stepRuns")
    .orderBy("stepRuns.createdAt", "desc")
    .orderBy("stepRuns.seq", "desc")
    .limit(sql.lit(1));

/** The status is part of the text, as it has to be for the index of completed ones to be used. */
const cached = query<{ cacheKey: string; notBefore: string }, Row>("cachedStepRun", (builder, value) =>
  newest(builder)
    .where("cacheKey", "=", value("cacheKey"))
    .where("status", "=", builder.sql.lit("completed"))
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

type Invoked = { readonly pipelineName: string; readonly invocationId: string };

const latestKeyed = query<Invoked, Row>("latestKeyedStepRun", (builder, value) =>
  newest(builder)
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
