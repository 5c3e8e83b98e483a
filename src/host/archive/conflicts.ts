import { storeNameOf } from "../../artifact/artifact-uri.ts";
import type { MetadataStore } from "../../metadata/port.ts";
import { hashJson } from "../../util/canonical.ts";
import { ArchiveConflictError } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import { artifactRecord, hashRecords, recordsIn, recordsOf } from "./records.ts";

/** Whether the run of an archive is in the store as it is in the archive. @throws ArchiveConflictError where it differs */
export const isThere = async (metadata: MetadataStore, manifest: Manifest): Promise<boolean> => {
  const run = await metadata.getRun(manifest.run.id);
  if (!run) return false;
  if (hashRecords(await recordsOf(metadata, run)) === hashRecords(recordsIn(manifest))) return true;
  throw conflict(manifest, `run ${run.name} (${run.id})`);
};

/**
 * The artifacts of an archive that the store lacks, by id.
 *
 * @throws ArchiveConflictError where it has something else under an id of the archive
 */
export const missingArtifacts = async (
  metadata: MetadataStore,
  manifest: Manifest,
): Promise<ReadonlySet<string>> => {
  const { snapshot, build, run } = manifest;
  refuseOther(manifest, `snapshot ${snapshot.id}`, snapshot, await metadata.getSnapshot(snapshot.id));
  if (build) refuseOther(manifest, `build ${build.id}`, build, await metadata.getBuild(build.id));
  for (const { record } of manifest.steps)
    refuseOther(manifest, `step run ${record.id}`, record, await metadata.getStepRun(record.id));
  const missing = new Set<string>();
  for (const { record } of manifest.artifacts) {
    const present = await metadata.getArtifact(record.id);
    if (!present) missing.add(record.id);
    refuseOther(manifest, `artifact ${record.id}`, record, present && artifactRecord(present));
  }
  const same = (await metadata.listRuns()).find((each) => each.orchestratorRunId === run.orchestratorRunId);
  if (same) throw conflict(manifest, `run ${same.name} (${same.id}) with its orchestrator run id`);
  return missing;
};

const refuseOther = (
  manifest: Manifest,
  what: string,
  archived: object,
  present: object | undefined,
): void => {
  if (present !== undefined && hashJson(present as never) !== hashJson(archived as never))
    throw conflict(manifest, what);
};

const conflict = ({ run }: Manifest, what: string): ArchiveConflictError =>
  new ArchiveConflictError(
    `Run ${run.name} (${run.id}) cannot be imported: this workspace has another ${what}. ` +
      "Import it into another workspace (--workspace). Nothing was changed.",
  );

/** An artifact lies in a store that this workspace does not have. */
export const noStore = ({ name, id }: Manifest["run"], uri: string, cause: unknown): ArchiveConflictError => {
  const store = storeNameOf(uri) ?? uri;
  return new ArchiveConflictError(
    `Run ${name} (${id}) cannot be imported: it has artifacts in the artifact store "${store}", and there is none of that ` +
      `name here. Have one, of any flavor (\`stepdock artifact-store register ${store} --flavor local\`), and import ` +
      "again. Nothing was changed.",
    { cause },
  );
};
