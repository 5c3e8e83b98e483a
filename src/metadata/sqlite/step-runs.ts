import type { ArtifactVersion, StepRun } from "../../model/index.ts";
import { noSuchStepRun } from "../not-found-error.ts";
import type { StepRunPatch } from "../port.ts";
import { insertArtifacts, insertLinks, type LinksByName, linksOf } from "./artifacts.ts";
import { inChunks } from "./chunks.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { build, rowOf, rowsOf } from "./query.ts";
import { guardStatus } from "./status-guard.ts";
import { stepRuns } from "./tables.ts";

/** A step run to be published, with the artifacts that it refers to. */
export interface StepRunEntry {
  readonly stepRun: StepRun;
  readonly inputs: LinksByName;
  readonly outputs?: LinksByName;
}

export const insertStepRuns = (database: DatabaseSync, entries: readonly StepRunEntry[]): void => {
  const rows = entries.map(({ stepRun }) => stepRuns.pack(stepRun));
  inChunks(rows, (chunk) => rowsOf(database, build.insertInto("stepRuns").values(chunk)));
  const inputs = entries.flatMap(({ stepRun, inputs }) => linksOf(stepRun.id, inputs));
  insertLinks(database, "stepRunInputs", inputs);
  const outputs = entries.flatMap(({ stepRun, outputs }) => linksOf(stepRun.id, outputs ?? {}));
  insertLinks(database, "stepRunOutputs", outputs);
};

export const patchStepRun = (database: DatabaseSync, id: string, patch: StepRunPatch): StepRun => {
  const present = selectStepRun(database, id);
  if (present === undefined) throw noSuchStepRun(id);
  const subject = `step run ${id} (${present.invocationId}, attempt ${present.attempt})`;
  guardStatus(subject, present.status, patch.status);
  const patched = { ...present, ...patch, id };
  rowsOf(database, build.updateTable("stepRuns").set(stepRuns.pack(patched)).where("id", "=", id));
  return patched;
};

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

export const selectStepRun = (database: DatabaseSync, id: string): StepRun | undefined => {
  const row = rowOf(database, build.selectFrom("stepRuns").selectAll().where("id", "=", id));
  return row && stepRuns.unpack(row);
};

export const selectStepRuns = (database: DatabaseSync, runId: string): StepRun[] => {
  const query = build.selectFrom("stepRuns").selectAll().where("runId", "=", runId).orderBy("seq");
  return rowsOf(database, query).map(stepRuns.unpack);
};

const newest = build
  .selectFrom("stepRuns")
  .selectAll("stepRuns")
  .orderBy("stepRuns.createdAt", "desc")
  .orderBy("stepRuns.seq", "desc")
  .limit(1);

export const selectCached = (
  database: DatabaseSync,
  cacheKey: string,
  notBefore = "",
): StepRun | undefined => {
  const query = newest
    .where("cacheKey", "=", cacheKey)
    .where("status", "=", "completed")
    .where("createdAt", ">=", notBefore);
  const row = rowOf(database, query);
  return row && stepRuns.unpack(row);
};

export const selectLatestKeyed = (
  database: DatabaseSync,
  pipelineName: string,
  invocationId: string,
): StepRun | undefined => {
  const query = newest
    .innerJoin("pipelineRuns as run", "run.id", "stepRuns.runId")
    .where("run.pipelineName", "=", pipelineName)
    .where("stepRuns.invocationId", "=", invocationId)
    .where("stepRuns.cacheKey", "is not", null);
  const row = rowOf(database, query);
  return row && stepRuns.unpack(row);
};
