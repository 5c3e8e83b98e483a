import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import * as tar from "tar-stream";
import { expect } from "vitest";
import type { Manifest } from "../../../../src/host/archive/manifest.ts";
import { exportRun, importRun, run } from "../../../../src/host.ts";
import type { PipelineRun } from "../../../../src/model/index.ts";
import { openWorkspace, type Workspace } from "../../../../src/workspace/workspace.ts";
import { archived } from "../../../fixtures/archive-pipeline.ts";

export const TOKEN = "a-token-that-nobody-may-see";

/** A workspace with two runs, of which the second took everything from the first, and their archives. */
export interface Source extends AsyncDisposable {
  readonly workspace: string;
  readonly run: PipelineRun;
  readonly file: string;
  readonly cached: PipelineRun;
  readonly cachedFile: string;
}

export const makeSource = async (): Promise<Source> => {
  await using made = new AsyncDisposableStack();
  const directory = made.use(await mkdtempDisposable(join(tmpdir(), "stepdock-archive-")));
  const path = (name: string) => join(directory.path, name);
  const [workspace, file, cachedFile] = [path("workspace"), path("run.tar.zst"), path("cached.tar.zst")];
  process.env.ARCHIVE_TEST_TOKEN = TOKEN;
  const { run: first } = await run(archived, { workspace, stack: "local" });
  const { run: second } = await run(archived, { workspace, stack: "local" });
  await exportRun(first.id, { workspace, file });
  await exportRun(second.id, { workspace, file: cachedFile });
  const kept = made.move();
  const dispose = () => kept.disposeAsync();
  return { workspace, run: first, file, cached: second, cachedFile, [Symbol.asyncDispose]: dispose };
};

/** A place for a workspace. */
export const emptyPlace = () => mkdtempDisposable(join(tmpdir(), "stepdock-archive-"));

export const within = async <T>(root: string, look: (workspace: Workspace) => Promise<T>): Promise<T> => {
  await using workspace = await openWorkspace(root);
  return await look(workspace);
};

/** One entry of an archive. */
export interface TarEntry {
  readonly header: Partial<tar.Header> & { readonly name: string };
  readonly content: Buffer;
}

/** What an archive holds. */
export const readEntries = async (file: string): Promise<TarEntry[]> => {
  const entries: TarEntry[] = [];
  const extract = tar.extract();
  Readable.from([zstdDecompressSync(await readFile(file))]).pipe(extract as unknown as NodeJS.WritableStream);
  for await (const entry of extract) {
    const content = await buffer(entry as unknown as AsyncIterable<Buffer>);
    entries.push({ header: entry.header, content });
  }
  return entries;
};

export const writeEntries = async (file: string, entries: readonly TarEntry[]): Promise<void> => {
  const pack = tar.pack();
  for (const { header, content } of entries) {
    const { name, type = "file" } = header;
    if (type === "file") pack.entry({ name, type }, content);
    else pack.entry({ ...header, name, type, size: 0 });
  }
  pack.finalize();
  await writeFile(file, zstdCompressSync(await buffer(Readable.from(pack))));
};

export const manifestIn = ([first]: readonly TarEntry[]): Manifest =>
  JSON.parse(first?.content.toString() ?? "") as Manifest;

/** The same archive with another manifest. */
export const withManifest = (entries: readonly TarEntry[], manifest: unknown): TarEntry[] => [
  { header: { name: "manifest.json" }, content: Buffer.from(JSON.stringify(manifest)) },
  ...entries.slice(1),
];

/** The archive is refused with this message, and the workspace has nothing of it. */
export const refused = async (write: (file: string) => Promise<void>, message: RegExp): Promise<void> => {
  await using place = await emptyPlace();
  const [file, workspace] = [join(place.path, "bad.tar.zst"), join(place.path, "in/workspace")];
  await write(file);
  await expect(importRun(file, { workspace })).rejects.toMatchObject({
    code: expect.stringMatching(
      /^(archive_(invalid|conflict)|artifact_uri_invalid|not_found|workspace_invalid)$/,
    ),
    message: expect.stringMatching(message),
  });
  await within(workspace, async ({ metadata }) => {
    expect(await metadata.listRuns()).toEqual([]);
    expect(await metadata.listArtifactNames()).toEqual([]);
  });
  const all = await readdir(place.path, { recursive: true, withFileTypes: true });
  const files = all.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  expect(
    files.filter((name) => !/^(stepdock\.db.*|\.gitignore|lock\.db.*|bad\.tar\.zst)$/.test(name)),
  ).toEqual([]);
};
