/**
 * Opens the database of its argument and writes runs of 601 step runs until killed. It tells when it begins the
 * longest transaction of a run, and when the run is whole: `begun <id>`, `whole <id>`.
 */
import { writeSync } from "node:fs";
import { openSqliteMetadataStore } from "../../../../src/metadata/sqlite-metadata-store.ts";
import { anArtifact, aRun, aSnapshot, aStepRun } from "../../../contract/metadata-records.ts";

const store = await openSqliteMetadataStore({ path: String(process.argv[2]) });
await store.saveSnapshot(aSnapshot());
for (let index = 0; ; index++) {
  const runId = `run-${process.pid}-${index}`;
  const load = `${runId}-load`;
  const days = anArtifact(`${runId}-days`, load);
  await store.createRun(aRun(runId));
  await store.createStepRun(aStepRun(load, { runId }), {});
  await store.completeStepRun(load, { status: "completed" }, { days });
  const stepRuns = Array.from({ length: 600 }, (_, step) => aStepRun(`${runId}-${step}`, { runId }));
  writeSync(1, `begun ${runId}\n`);
  await store.createStepRuns(stepRuns.map((stepRun) => ({ stepRun, inputs: { days: days.id } })));
  await store.updateRun(runId, { status: "completed" });
  writeSync(1, `whole ${runId}\n`);
}
