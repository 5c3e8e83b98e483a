import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listArtifact } from "../../../../src/host/artifact-files.ts";
import { exportFrom } from "../../../../src/host/export-run.ts";
import { loadArtifact } from "../../../../src/host/result.ts";
import { exportRun, importRun } from "../../../../src/host.ts";
import { type ArtifactVersion, IMPORTED, type StepRun } from "../../../../src/model/index.ts";
import { attemptPaths } from "../../../../src/workspace/paths.ts";
import type { Workspace } from "../../../../src/workspace/workspace.ts";
import { emptyPlace, makeSource, type Source, TOKEN, within } from "./support.ts";

const stamped = ({ stamps: _, metadata: about, ...artifact }: ArtifactVersion) => {
  const { [IMPORTED]: __, ...metadata } = about;
  return { ...artifact, metadata };
};

/** Everything of a run that a person can look at, apart from what is of one workspace only. */
const everythingOf = async (workspace: Workspace, runId: string) => {
  const { metadata, artifactStore, paths } = workspace;
  const { metadata: about, ...run } = (await metadata.getRun(runId)) ?? expect.unreachable();
  const steps = [];
  for (const step of await metadata.listStepRuns(runId)) {
    const [inputs, outputs] = [await metadata.inputsOf(step.id), await metadata.outputsOf(step.id)];
    const files = [];
    for (const output of Object.values(outputs)) {
      await artifactStore.verify(output, { full: true });
      files.push(await listArtifact(artifactStore.path(output.uri)));
    }
    const log = await readFile(attemptPaths(paths, step).log, "utf8").catch(() => "");
    const named = [inputs, outputs].map((each) =>
      Object.entries(each).map(([name, a]) => [name, stamped(a)]),
    );
    steps.push({ step: { ...step, cacheKey: null }, named, files, log });
  }
  const { projectRoot: _, [IMPORTED]: __, ...rest } = about;
  return { run, about: rest, snapshot: await metadata.getSnapshot(run.snapshotId), steps };
};

let source: Source;
beforeAll(async () => {
  source = await makeSource();
});
afterAll(() => source[Symbol.asyncDispose]());

test("an imported run is the run that was exported, with its artifacts, logs and code", async () => {
  await using place = await emptyPlace();
  const { run, file } = source;
  const imported = await importRun(file, { workspace: place.path });
  expect(imported).toMatchObject({ run: { id: run.id, status: "completed" }, imported: true, artifacts: 5 });
  const before = await within(source.workspace, (here) => everythingOf(here, run.id));
  expect(before.steps.map(({ log }) => log).join("\n")).toContain("made abc");
  await within(place.path, async (there) => {
    expect(await everythingOf(there, run.id)).toEqual(before);
    expect(await there.metadata.listRuns()).toHaveLength(1);
    const [make] = await there.metadata.listStepRuns(run.id);
    const { told } = await there.metadata.outputsOf((make as StepRun).id);
    expect(await loadArtifact({ workspace: there }, told as ArtifactVersion)).toEqual(["a", "b"]);
    expect(await readdir(join(there.paths.runs, "import"))).toEqual(["lock.db"]);
  });
});

test("the archive of an imported run is the same again, byte for byte", async () => {
  await using place = await emptyPlace();
  await importRun(source.file, { workspace: place.path });
  const file = join(place.path, "again");
  await exportRun("latest", { workspace: place.path, file });
  expect((await readFile(file)).equals(await readFile(source.file))).toBe(true);
});

test("an archive has no secret and no path of the machine that made it", async () => {
  const all = zstdDecompressSync(await readFile(source.file)).toString("latin1");
  expect(all).toContain("ARCHIVE_TEST_TOKEN");
  expect(all).not.toContain(TOKEN);
  expect(all).not.toContain(process.cwd());
  expect(all).not.toContain(source.workspace);
});

test("a run is imported once: again is nothing, also where it came from", async () => {
  await using place = await emptyPlace();
  await importRun(source.file, { workspace: place.path });
  expect(await importRun(source.file, { workspace: place.path })).toMatchObject({ imported: false });
  expect(await importRun(source.file, { workspace: source.workspace })).toMatchObject({ imported: false });
  const names = await within(place.path, ({ metadata }) => metadata.listArtifactNames());
  expect(names.map(({ versions }) => versions)).toEqual([1, 1, 1, 1, 1]);
});

test("a cached run brings the outputs and logs of the steps that it took them from", async () => {
  await using place = await emptyPlace();
  await importRun(source.cachedFile, { workspace: place.path });
  await within(place.path, async ({ metadata, artifactStore, paths }) => {
    const [make] = await metadata.listStepRuns(source.cached.id);
    if (!make) return expect.unreachable();
    expect(make).toMatchObject({ status: "cached", cachedFrom: expect.any(String) });
    expect(await readFile(attemptPaths(paths, make).log, "utf8")).toContain("made abc");
    for (const output of Object.values(await metadata.outputsOf(make.id)))
      await artifactStore.verify(output, { full: true });
  });
  // The other run has the same artifacts: they are there once.
  expect(await importRun(source.file, { workspace: place.path })).toMatchObject({ imported: true });
  const names = await within(place.path, ({ metadata }) => metadata.listArtifactNames());
  expect(names.map(({ versions }) => versions)).toEqual([1, 1, 1, 1, 1]);
});

test("what was imported is never taken for cached", async () => {
  await using place = await emptyPlace();
  await importRun(source.file, { workspace: place.path });
  const steps = await within(source.workspace, ({ metadata }) => metadata.listStepRuns(source.run.id));
  expect(steps.map(({ cacheKey }) => cacheKey)).toEqual([expect.any(String), expect.any(String)]);
  await within(place.path, async ({ metadata }) => {
    for (const { cacheKey } of steps) expect(await metadata.findCached(cacheKey ?? "")).toBeUndefined();
    expect(await metadata.latestKeyed("archived", "make")).toBeUndefined();
  });
});

test("a file that appears while a run is exported is not overwritten", async () => {
  await using place = await emptyPlace();
  const file = join(place.path, "run.tar.zst");
  await within(source.workspace, async (workspace) => {
    const artifactStoreOf = async (uri: string) => {
      await writeFile(file, "mine");
      return await workspace.artifactStoreOf(uri);
    };
    const exported = exportFrom({ ...workspace, artifactStoreOf }, source.run.id, { file });
    await expect(exported).rejects.toMatchObject({
      code: "export_refused",
      message: expect.stringMatching(/run\.tar\.zst is there already/),
    });
  });
  expect(await readdir(place.path)).toEqual(["run.tar.zst"]);
  expect(await readFile(file, "utf8")).toBe("mine");
});

test("a run that goes on, a file that is there and a damaged artifact are refused, and no file is left", async () => {
  await using place = await emptyPlace();
  const [workspace, taken, file] = ["workspace", "taken", "file"].map((name) => join(place.path, name)) as [
    string,
    string,
    string,
  ];
  await importRun(source.file, { workspace });
  await writeFile(taken, "mine");
  await expect(exportRun("latest", { workspace, file: taken })).rejects.toMatchObject({
    code: "export_refused",
  });
  const nowhere = join(place.path, "no/where");
  await expect(exportRun("latest", { workspace, file: nowhere })).rejects.toMatchObject({
    message: `${nowhere} cannot be written (ENOENT). Name another place with --output.`,
  });
  await within(workspace, async ({ metadata, artifactStore }) => {
    const [make] = await metadata.listStepRuns(source.run.id);
    const { data } = await metadata.outputsOf(make?.id ?? "");
    await writeFile(join(artifactStore.path(data?.uri ?? ""), "data.bin"), "other");
    await metadata.createRun({ ...source.run, id: "on", orchestratorRunId: "on", status: "running" });
  });
  await expect(exportRun("on", { workspace, file })).rejects.toMatchObject({
    message: expect.stringMatching(/^Run .* \(on\) is 'running' and cannot be exported before it has ended/),
  });
  const damaged = exportRun(source.run.id, { workspace, file });
  await expect(damaged).rejects.toMatchObject({ code: "artifact_damaged" });
  expect((await readdir(place.path)).sort()).toEqual(["taken", "workspace"]);
  expect(await readFile(taken, "utf8")).toBe("mine");
});
