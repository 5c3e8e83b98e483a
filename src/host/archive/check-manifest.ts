import * as z from "zod/mini";
import { hashOfEntries } from "../../artifact/entries-hash.ts";
import { leadsOut } from "../../artifact/tree-links.ts";
import { bundlesOfSnapshot, isFinished } from "../../model/index.ts";
import { inEnglish } from "../../util/in-english.ts";
import { ArchiveInvalidError } from "./errors.ts";
import { AnyManifest, type ArchivedArtifact, FORMAT_VERSION, Manifest } from "./manifest.ts";

/** The manifest of an archive, where all in it fits together. @throws ArchiveInvalidError */
export const checkManifest = (file: string, text: string): Manifest => {
  const json = parseJson(file, text);
  const { data: version } = z.safeParse(AnyManifest, json);
  if (!version) throw new ArchiveInvalidError(file, "it is not an archive of `stepdock export`.");
  if (version.formatVersion > FORMAT_VERSION) {
    const found = `it has format ${version.formatVersion}, and this stepdock knows ${FORMAT_VERSION} at most.`;
    throw new ArchiveInvalidError(file, `${found} Install a newer stepdock.`);
  }
  const { data: manifest, error } = z.safeParse(Manifest, json, inEnglish());
  if (!manifest) throw wrong(file, z.prettifyError(error).split("\n").slice(0, 2).join(" "));
  const problem = problemOf(manifest);
  if (problem !== undefined) throw wrong(file, problem);
  return manifest;
};

const parseJson = (file: string, text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ArchiveInvalidError(file, "its manifest is no JSON.", { cause });
  }
};

const wrong = (file: string, problem: string): ArchiveInvalidError =>
  new ArchiveInvalidError(file, `its manifest is wrong: ${problem}. Have it exported again.`);

/** What does not fit together; undefined where all does. */
const problemOf = (manifest: Manifest): string | undefined =>
  problemOfRecords(manifest) ??
  problemOfFiles(manifest) ??
  manifest.artifacts.map(problemOfArtifact).find((problem) => problem !== undefined);

const problemOfRecords = ({ run, snapshot, build, steps, artifacts }: Manifest): string | undefined => {
  if (!isFinished(run.status)) return `run ${run.id} has not ended`;
  if (run.snapshotId !== snapshot.id) return `it lacks the snapshot of run ${run.id}`;
  if (run.buildId !== (build?.id ?? null)) return `it lacks the build of run ${run.id}`;
  if (build && build.snapshotId !== snapshot.id) return `build ${build.id} is of another snapshot`;
  const foreign = steps.find(({ record }) => record.runId !== run.id);
  if (foreign) return `step run ${foreign.record.id} is of another run`;
  const linked = new Set(
    steps.flatMap(({ inputs, outputs }) => [...Object.values(inputs), ...Object.values(outputs)]),
  );
  const ids = artifacts.map(({ record }) => record.id);
  const [odd] = linked.symmetricDifference(new Set(ids));
  if (odd !== undefined) return `artifact ${odd} is named, or is there, without the other`;
  return (
    repeated(
      "step run",
      steps.map(({ record }) => record.id),
    ) ??
    repeated(
      "attempt",
      steps.map(({ record: { invocationId, attempt } }) => `${invocationId} ${attempt}`),
    ) ??
    repeated("artifact", ids) ??
    repeated(
      "artifact",
      artifacts.map(({ record }) => record.uri),
    )
  );
};

const problemOfFiles = ({ logs, bundles, steps, snapshot }: Manifest): string | undefined => {
  const stepIds = new Set(steps.map(({ record }) => record.id));
  const log = logs.find(({ stepRunId }) => !stepIds.has(stepRunId));
  if (log) return `a log is of step run ${log.stepRunId}, which is not there`;
  const codeHashes = new Set(bundlesOfSnapshot(snapshot));
  const bundle = bundles.find(({ code }) => !codeHashes.has(code.sha256));
  if (bundle) return `code ${bundle.code.sha256} is of no step`;
  return repeated(
    "log",
    logs.map(({ stepRunId, service = "" }) => `${stepRunId} ${service}`),
  );
};

/** Its content hash is that of its entries; none of them lies below a link or leads out of it. */
const problemOfArtifact = ({ record, entries }: ArchivedArtifact): string | undefined => {
  const { id, materializer, contentHash, sizeBytes } = record;
  const total = entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.sizeBytes : 0), 0);
  if (hashOfEntries(materializer, entries) !== contentHash || total !== sizeBytes)
    return `the entries of artifact ${id} are not those that were published`;
  const directories = new Set([
    "",
    ...entries.flatMap(({ kind, path }) => (kind === "directory" ? [path] : [])),
  ]);
  const stray = entries.find(({ path }) => !directories.has(path.split("/").slice(0, -1).join("/")));
  if (stray) return `"${stray.path}" of artifact ${id} is in no directory of it`;
  const links = new Map(
    entries.flatMap((entry) => (entry.kind === "link" ? [[entry.path, entry.target]] : [])),
  );
  if (links.size > 0 && materializer !== "directory") return `artifact ${id} may hold no symbolic link`;
  const out = [...links].find(([path, target]) => leadsOut(path, target, links));
  if (out) return `"${out[0]}" of artifact ${id} is a symbolic link that leads out of it, to ${out[1]}`;
  return repeated(
    `path of artifact ${id}`,
    entries.map(({ path }) => path),
  );
};

const repeated = (what: string, keys: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  const twice = keys.find((key) => seen.has(key) || !seen.add(key));
  return twice === undefined ? undefined : `${what} ${twice} is there twice`;
};
