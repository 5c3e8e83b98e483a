import { sql } from "kysely";
import { type ArtifactVersion, isFinished, type PipelineRun } from "../../model/index.ts";
import { ambiguousRun, noSuchRun } from "../not-found-error.ts";
import type { RunFilter, RunPatch } from "../port.ts";
import { RunNotFinishedError } from "../status-errors.ts";
import { deleteUnused } from "./artifacts.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { build, rowsOf } from "./query.ts";
import { guardStatus } from "./status-guard.ts";
import { runs } from "./tables.ts";

export const insertRun = (database: DatabaseSync, run: PipelineRun): void => {
  rowsOf(database, build.insertInto("pipelineRuns").values(runs.pack(run)));
};

export const patchRun = (database: DatabaseSync, id: string, patch: RunPatch): PipelineRun => {
  const present = mustSelectRun(database, id);
  guardStatus(`run ${id} (${present.name})`, present.status, patch.status);
  const changes = runs.packPatch(patch);
  if (Object.keys(changes).length > 0) {
    rowsOf(database, build.updateTable("pipelineRuns").set(changes).where("id", "=", id));
  }
  return { ...present, ...patch, id };
};

export const selectRun = (database: DatabaseSync, id: string): PipelineRun | undefined => {
  const [row] = rowsOf(database, build.selectFrom("pipelineRuns").selectAll().where("id", "=", id));
  return row && runs.unpack(row);
};

const mustSelectRun = (database: DatabaseSync, id: string): PipelineRun => {
  const run = selectRun(database, id);
  if (run === undefined) throw noSuchRun(id);
  return run;
};

const newestFirst = build
  .selectFrom("pipelineRuns")
  .selectAll()
  .orderBy("createdAt", "desc")
  .orderBy("seq", "desc");

export const selectRuns = (database: DatabaseSync, filter: RunFilter): PipelineRun[] => {
  let query = newestFirst;
  if (filter.pipelineName !== undefined) query = query.where("pipelineName", "=", filter.pipelineName);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (filter.limit !== undefined) query = query.limit(filter.limit);
  return rowsOf(database, query).map(runs.unpack);
};

/** The ways to name a run, most exact first: the first that fits any run decides. */
const queriesFor = (reference: string) => [
  newestFirst.where("id", "=", reference),
  ...(reference === "latest" ? [newestFirst.limit(1)] : []),
  newestFirst.where("name", "=", reference),
  newestFirst.where(sql`substr(id, 1, ${reference.length})`, "=", reference),
];

export const selectRunByReference = (database: DatabaseSync, reference: string): PipelineRun => {
  if (reference === "") throw noSuchRun(reference);
  for (const query of queriesFor(reference)) {
    const [run, ...others] = rowsOf(database, query).map(runs.unpack);
    if (run !== undefined && others.length > 0) throw ambiguousRun(reference, [run, ...others]);
    if (run !== undefined) return run;
  }
  throw noSuchRun(reference);
};

/** Step runs, their inputs and their outputs go with the run (ON DELETE CASCADE). */
export const deleteRun = (database: DatabaseSync, id: string): ArtifactVersion[] => {
  const { name, status } = mustSelectRun(database, id);
  if (!isFinished(status)) throw new RunNotFinishedError(id, name, status);
  rowsOf(database, build.deleteFrom("pipelineRuns").where("id", "=", id));
  return deleteUnused(database);
};
