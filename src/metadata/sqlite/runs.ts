import { type ArtifactVersion, isFinished, type PipelineRun } from "../../model/index.ts";
import { ambiguousRun, noSuchRun } from "../not-found-error.ts";
import type { RunFilter, RunPatch } from "../port.ts";
import { RunNotFinishedError } from "../status-errors.ts";
import { deleteUnused } from "./artifacts.ts";
import { type Builder, builder } from "./builder.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, rowsOf, slotsOf, update } from "./query.ts";
import { guardStatus } from "./status-guard.ts";
import { runs } from "./tables.ts";

type Row = ReturnType<typeof runs.pack>;

const insert = query<Row, unknown>("insertRun", ({ build }, value) =>
  build.insertInto("pipelineRuns").values(slotsOf(runs.keys, value)),
);

export const insertRun = (database: DatabaseSync, run: PipelineRun): void => {
  insert(database, runs.pack(run));
};

const updateOf = update<Partial<Row>>("updateRun", ({ build }, value) =>
  build
    .updateTable("pipelineRuns")
    .set(slotsOf(runs.keys, value))
    .where("id", "=", value("id") as string),
);

export const patchRun = (database: DatabaseSync, id: string, patch: RunPatch): PipelineRun => {
  const present = mustSelectRun(database, id);
  guardStatus(`run ${id} (${present.name})`, present.status, patch.status);
  const changes = runs.packPatch(patch);
  const names = Object.keys(changes);
  if (names.length > 0) updateOf(names)(database, { ...changes, id });
  return { ...present, ...patch, id };
};

const byId = query<{ id: string }, Row>("runById", ({ build }, value) =>
  build.selectFrom("pipelineRuns").selectAll().where("id", "=", value("id")),
);

export const selectRun = (database: DatabaseSync, id: string): PipelineRun | undefined => {
  const [row] = byId(database, { id });
  return row && runs.unpack(row);
};

const mustSelectRun = (database: DatabaseSync, id: string): PipelineRun => {
  const run = selectRun(database, id);
  if (run === undefined) throw noSuchRun(id);
  return run;
};

const newestFirst = ({ build }: Builder) =>
  build.selectFrom("pipelineRuns").selectAll().orderBy("createdAt", "desc").orderBy("seq", "desc");

export const selectRuns = (database: DatabaseSync, filter: RunFilter): PipelineRun[] => {
  let wanted = newestFirst(builder());
  if (filter.pipelineName !== undefined) wanted = wanted.where("pipelineName", "=", filter.pipelineName);
  if (filter.status !== undefined) wanted = wanted.where("status", "=", filter.status);
  if (filter.limit !== undefined) wanted = wanted.limit(filter.limit);
  return rowsOf(database, wanted).map(runs.unpack);
};

/** The ways to name a run, most exact first: the first that fits any run decides. */
const queriesFor = (reference: string) => {
  const { build, sql } = builder();
  const all = newestFirst({ build, sql });
  return [
    all.where("id", "=", reference),
    ...(reference === "latest" ? [all.limit(1)] : []),
    all.where("name", "=", reference),
    all.where(sql`substr(id, 1, ${reference.length})`, "=", reference),
  ];
};

export const selectRunByReference = (database: DatabaseSync, reference: string): PipelineRun => {
  if (reference === "") throw noSuchRun(reference);
  for (const query of queriesFor(reference)) {
    const [run, ...others] = rowsOf(database, query).map(runs.unpack);
    if (run !== undefined && others.length > 0) throw ambiguousRun(reference, [run, ...others]);
    if (run !== undefined) return run;
  }
  throw noSuchRun(reference);
};

const deletion = query<{ id: string }, unknown>("deleteRun", ({ build }, value) =>
  build.deleteFrom("pipelineRuns").where("id", "=", value("id")),
);

/** Step runs, their inputs and their outputs go with the run (ON DELETE CASCADE). */
export const deleteRun = (database: DatabaseSync, id: string): ArtifactVersion[] => {
  const { name, status } = mustSelectRun(database, id);
  if (!isFinished(status)) throw new RunNotFinishedError(id, name, status);
  deletion(database, { id });
  return deleteUnused(database);
};
