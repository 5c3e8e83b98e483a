import { type ArtifactVersion, isFinished, type PipelineRun } from "../../model/index.ts";
import { ambiguousRun, noSuchRun } from "../not-found-error.ts";
import type { Removal, RunFilter, RunPatch } from "../port.ts";
import { RunNotFinishedError } from "../status-errors.ts";
import { deleteUnused } from "./artifacts.ts";
import type { Builder } from "./builder.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { query, slotsOf, update } from "./query.ts";
import { insertRemovals, removalOf } from "./removals.ts";
import { guardStatus } from "./status-guard.ts";
import { runs } from "./tables.ts";

type Row = ReturnType<typeof runs.pack>;

const insert = query<Row, unknown>("insertRun", ({ build }, value) =>
  build.insertInto("pipelineRuns").values(slotsOf(runs.keys, value)),
);

export const insertRun = (database: DatabaseSync, run: PipelineRun): void => {
  insert(database, runs.pack(run));
};

const byOrchestratorRunId = query<{ orchestratorRunId: string }, Row>(
  "runByOrchestratorRunId",
  ({ build }, value) =>
    build.selectFrom("pipelineRuns").selectAll().where("orchestratorRunId", "=", value("orchestratorRunId")),
);

export const selectOrInsertRun = (database: DatabaseSync, run: PipelineRun): PipelineRun => {
  const [row] = byOrchestratorRunId(database, run);
  if (row) return runs.unpack(row);
  insertRun(database, run);
  return run;
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

interface Filter {
  readonly pipelineName: string | null;
  readonly status: string | null;
  readonly limit: number;
}

const matching = query<Filter, Row>("matchingRuns", (builder, value) => {
  const { sql } = builder;
  const [pipelineName, status] = [sql`${value("pipelineName")}`, sql`${value("status")}`];
  return newestFirst(builder)
    .where(sql<boolean>`(${pipelineName} is null or pipeline_name = ${pipelineName})`)
    .where(sql<boolean>`(${status} is null or status = ${status})`)
    .limit(value("limit"));
});

/** SQLite's own for LIMIT. */
const ALL = -1;

export const selectRuns = (database: DatabaseSync, filter: RunFilter): PipelineRun[] => {
  const { pipelineName = null, status = null, limit = ALL } = filter;
  return matching(database, { pipelineName, status, limit }).map(runs.unpack);
};

type Reference = { readonly reference: string };

const latest = query<object, Row>("latestRun", (builder) => newestFirst(builder).limit(builder.sql.lit(1)));

const byName = query<Reference, Row>("runsByName", (builder, value) =>
  newestFirst(builder).where("name", "=", value("reference")),
);

const byBeginning = query<Reference, Row>("runsByBeginning", (builder, value) => {
  const reference = value("reference");
  return newestFirst(builder).where(builder.sql`substr(id, 1, length(${reference}))`, "=", reference);
});

/** The ways to name a run, most exact first: the first that fits any run decides. */
const waysToName = (database: DatabaseSync, reference: string): readonly (() => Row[])[] => [
  () => byId(database, { id: reference }),
  ...(reference === "latest" ? [() => latest(database, {})] : []),
  () => byName(database, { reference }),
  () => byBeginning(database, { reference }),
];

export const selectRunByReference = (database: DatabaseSync, reference: string): PipelineRun => {
  if (reference === "") throw noSuchRun(reference);
  for (const find of waysToName(database, reference)) {
    const [run, ...others] = find().map(runs.unpack);
    if (run !== undefined && others.length > 0) throw ambiguousRun(reference, [run, ...others]);
    if (run !== undefined) return run;
  }
  throw noSuchRun(reference);
};

const deletion = query<{ id: string }, unknown>("deleteRun", ({ build }, value) =>
  build.deleteFrom("pipelineRuns").where("id", "=", value("id")),
);

/** Step runs, their inputs and their outputs go with the run (ON DELETE CASCADE). */
export const deleteRun = (
  database: DatabaseSync,
  id: string,
  leftOver: readonly Removal[],
): ArtifactVersion[] => {
  const { name, status } = mustSelectRun(database, id);
  if (!isFinished(status)) throw new RunNotFinishedError(id, name, status);
  deletion(database, { id });
  const freed = deleteUnused(database);
  insertRemovals(database, [...freed.map(removalOf), ...leftOver]);
  return freed;
};
