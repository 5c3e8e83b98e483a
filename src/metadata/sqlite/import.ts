import type { RunRecords } from "../port.ts";
import { insertArtifacts } from "./artifacts.ts";
import { insertBuild, insertSnapshot } from "./documents.ts";
import type { DatabaseSync } from "./node-sqlite.ts";
import { insertRun } from "./runs.ts";
import { insertStepRuns } from "./step-runs.ts";

/** In the order in which the records refer to each other. */
export const insertRecords = (database: DatabaseSync, records: RunRecords): void => {
  const { run, snapshot, build, stepRuns, artifacts } = records;
  insertSnapshot(database, snapshot);
  if (build) insertBuild(database, build);
  insertRun(database, run);
  insertArtifacts(database, artifacts);
  insertStepRuns(database, stepRuns);
};
