import { execFileSync } from "node:child_process";
import { mkdir, mkdtempDisposable, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArtifactStore } from "../../../src/artifact/port.ts";
import type { ArtifactVersion } from "../../../src/model/artifact.ts";

/** Opens the one store that lives in `directory`; called with another directory, it opens one with the same name. */
export type OpenArtifactStore = (directory: string) => ArtifactStore;

export const LOCATION = { stepName: "train", outputName: "model", stepRunId: "run-1" };

export const openIn = async (open: OpenArtifactStore) => {
  const directory = await mkdtempDisposable(join(tmpdir(), "stepdock-artifacts-"));
  const store = open(join(directory.path, "stores"));
  const uri = store.uri(LOCATION);
  return {
    store,
    uri,
    outside: directory.path,
    [Symbol.asyncDispose]: () => directory.remove(),
  };
};

export const FILES = { "value.json": "[1,2]", "nested/deep/é.txt": "x", "nested/b": "" };

const write = async (directory: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(directory, path, ".."), { recursive: true });
    await writeFile(join(directory, path), content);
  }
};

export const publish = async (store: ArtifactStore, uri: string, files = FILES): Promise<ArtifactVersion> => {
  await store.create(uri);
  await write(store.path(uri), files);
  const content = await store.hash(uri);
  return {
    id: "artifact-1",
    name: "pipeline::train::model",
    uri,
    materializer: "json",
    ...content,
    type: "number[]",
    metadata: {},
    stamps: await store.stamps(uri),
    createdAt: "2026-01-01T00:00:00.000Z",
    producerStepRunId: LOCATION.stepRunId,
  };
};

/** What a step may plant to make the host read what it must not, or hang. */
export const PLANTED: Readonly<Record<string, (path: string, outside: string) => Promise<unknown>>> = {
  "a link to a file": async (path, outside) => {
    await writeFile(join(outside, "secret"), "secret");
    await symlink(join(outside, "secret"), path);
  },
  "a link to a directory": (path, outside) => symlink(outside, path),
  "a dangling link": (path) => symlink("/nowhere", path),
  "a named pipe": async (path) => execFileSync("mkfifo", [path]),
};

/** Comes back once the file system's clock is past the artifact: before Linux 6.13 it ticks every few milliseconds. */
export const clockTick = async (
  { stamps }: Pick<ArtifactVersion, "stamps">,
  outside: string,
): Promise<void> => {
  const newest = Math.max(...stamps.map(({ ctimeMs }) => ctimeMs));
  const probe = join(outside, "probe");
  do await writeFile(probe, "");
  while ((await stat(probe)).ctimeMs <= newest);
};
