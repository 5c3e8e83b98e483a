import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { clean } from "../../../../src/host/clean.ts";
import { exportFrom } from "../../../../src/host/export-run.ts";
import { importInto } from "../../../../src/host/import-run.ts";
import { importRun } from "../../../../src/host.ts";
import { NotSupportedError } from "../../../../src/orchestrators.ts";
import { openWorkspace, type Workspace } from "../../../../src/workspace/workspace.ts";
import { openS3Store, type S3Server, startS3Server } from "../../../fixtures/s3-server.ts";
import {
  emptyPlace,
  makeSource,
  manifestIn,
  readEntries,
  type Source,
  withManifest,
  writeEntries,
} from "./support.ts";

let source: Source;
let server: S3Server;
let file: string;

/** The same run, as if its artifacts had been made in the store "team". */
beforeAll(async () => {
  source = await makeSource();
  server = await startS3Server();
  file = `${source.file}.team`;
  const entries = await readEntries(source.file);
  const manifest = JSON.stringify(manifestIn(entries)).replaceAll("local://default/", "local://team/");
  await writeEntries(file, withManifest(entries, JSON.parse(manifest)));
});
afterAll(async () => {
  await source[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

let prefix: string;
beforeEach(() => {
  prefix = randomUUID();
  server.refused = undefined;
});

/** A workspace of a machine of its own, whose store "team" is the bucket. */
const within = async <T>(root: string, act: (workspace: Workspace) => Promise<T>): Promise<T> => {
  await using workspace = await openWorkspace(root, async (_name, { paths }) =>
    openS3Store(server, { root: paths.stores, prefix }),
  );
  return await act(workspace);
};

const puts = () => server.requests.filter((request) => /^(PUT|POST) .*\/files\//.test(request)).length;

test("a run whose artifacts are in a bucket is exported where there are no copies of them", async () => {
  await using places = await twoPlaces();
  const [here, there] = places;
  const again = join(there.path, "again.tar.zst");
  await within(here.path, async (workspace) => {
    expect(await importInto(workspace, file)).toMatchObject({ imported: true, artifacts: 5 });
    await rm(join(workspace.paths.stores, "team"), { recursive: true });
    await exportFrom(workspace, source.run.id, { file: again });
  });
  expect(manifestIn(await readEntries(again))).toEqual(manifestIn(await readEntries(file)));
});

test("what an import brings is put into the bucket; what the bucket has already is left as it is", async () => {
  await using places = await twoPlaces();
  const [here, there] = places;
  const before = puts();
  await within(here.path, (workspace) => importInto(workspace, file));
  const brought = puts();
  expect(brought).toBeGreaterThan(before);
  await within(there.path, async (workspace) => {
    expect(await importInto(workspace, file)).toMatchObject({ imported: true });
    expect(puts()).toBe(brought);
    for (const step of await workspace.metadata.listStepRuns(source.run.id)) {
      for (const artifact of Object.values(await workspace.metadata.outputsOf(step.id)))
        await (await workspace.artifactStoreOf(artifact.uri)).fetch(artifact);
    }
    expect(await readdir(join(workspace.paths.stores, "team"))).not.toEqual([]);
  });
});

test("cleaning a workspace of what it imported leaves in the bucket what others may need", async () => {
  await using places = await twoPlaces();
  const [here, there] = places;
  for (const place of places) await within(place.path, (workspace) => importInto(workspace, file));
  await within(there.path, async (workspace) => {
    await clean(workspace, () => Promise.reject(new NotSupportedError("no engine")), { keep: 0 });
    expect(await workspace.metadata.listRuns()).toEqual([]);
    expect(existsSync(join(workspace.paths.stores, "team", "make"))).toBe(false);
  });
  await within(here.path, async (workspace) => {
    await rm(join(workspace.paths.stores, "team"), { recursive: true });
    await exportFrom(workspace, source.run.id, { file: join(here.path, "whole.tar.zst") });
  });
});

test("what was imported stays in the bucket, also where the last run that used it was no imported one", async () => {
  await using place = await emptyPlace();
  await within(place.path, async (workspace) => {
    const { metadata } = workspace;
    await importInto(workspace, file);
    const [make] = await metadata.listStepRuns(source.run.id);
    const { data } = await metadata.outputsOf(make?.id ?? "");
    if (!make || !data) return expect.unreachable();
    // Older, so that it goes after the imported one.
    const own = { id: "own", createdAt: "2020-01-01T00:00:00.000Z" };
    await metadata.createRun({
      ...source.run,
      ...own,
      orchestratorRunId: "own",
      buildId: null,
      metadata: {},
    });
    await metadata.createStepRun({ ...make, ...own, runId: "own" }, { data: data.id });
    const removed: string[] = [];
    const options = { keep: 0, onRemoved: ({ id }: { readonly id: string }) => void removed.push(id) };
    await clean(workspace, () => Promise.reject(new NotSupportedError("no engine")), options);
    expect(removed.indexOf(data.uri)).toBe(removed.indexOf("own") - 1);
    const store = await workspace.artifactStoreOf(data.uri);
    expect(existsSync(store.path(data.uri))).toBe(false);
    await store.fetch(data);
  });
});

test("an import that fails takes nothing from the bucket that another machine has meanwhile imported", async () => {
  await using places = await twoPlaces();
  const [here, there] = places;
  await within(there.path, async (workspace) => {
    workspace.metadata.importRun = async () => {
      await within(here.path, (other) => importInto(other, file));
      throw new Error("no records today");
    };
    await expect(importInto(workspace, file)).rejects.toThrow("no records today");
    const left = await readdir(join(workspace.paths.stores, "team"), { recursive: true });
    expect(left).not.toContainEqual(expect.stringMatching(/data\.bin$/));
  });
  await within(here.path, async (workspace) => {
    await rm(join(workspace.paths.stores, "team"), { recursive: true, force: true });
    await exportFrom(workspace, source.run.id, { file: join(here.path, "whole.tar.zst") });
  });
});

test("where the bucket takes nothing, the import leaves nothing", async () => {
  await using place = await emptyPlace();
  server.refused = /^(PUT|POST) .*\/files\//;
  await within(place.path, async (workspace) => {
    await expect(importInto(workspace, file)).rejects.toMatchObject({ code: "artifact_store_failed" });
    expect(await workspace.metadata.listRuns()).toEqual([]);
    expect(await readdir(workspace.paths.runs)).toEqual(["import"]);
  });
});

test("a workspace without that store says so, and how to have one", async () => {
  await using place = await emptyPlace();
  await expect(importRun(file, { workspace: place.path })).rejects.toMatchObject({
    code: "archive_conflict",
    message: expect.stringMatching(
      /has artifacts in the artifact store "team".*`stepdock artifact-store register team --flavor local`/,
    ),
  });
});

const twoPlaces = async () => {
  const places = [await emptyPlace(), await emptyPlace()] as const;
  const dispose = async () => void (await Promise.all(places.map((place) => place.remove())));
  return Object.assign([...places] as const, { [Symbol.asyncDispose]: dispose });
};
