import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HashedEntry, hashOfEntries } from "../../../../src/artifact/entries-hash.ts";
import type { Manifest } from "../../../../src/host/archive/manifest.ts";
import { importRun } from "../../../../src/host.ts";
import {
  emptyPlace,
  makeSource,
  manifestIn,
  readEntries,
  type Source,
  type TarEntry,
  within,
  withManifest,
  writeEntries,
} from "./support.ts";

let source: Source;
let entries: TarEntry[];
let whole: Buffer;
beforeAll(async () => {
  source = await makeSource();
  entries = await readEntries(source.file);
  whole = await readFile(source.file);
});
afterAll(() => source[Symbol.asyncDispose]());

/** The archive is refused with this message, and the workspace has nothing of it. */
const refused = async (write: (file: string) => Promise<void>, message: RegExp): Promise<void> => {
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

describe("a file that is no whole archive", () => {
  test.each<[string, RegExp, () => Promise<Buffer> | Buffer]>([
    ["is empty", /is not an archive|damaged or cut off/, () => Buffer.alloc(0)],
    ["is something else", /is not an archive of `stepdock export`/, () => Buffer.from("hello".repeat(200))],
    ["is cut off", /is damaged or cut off/, () => whole.subarray(0, whole.length / 2)],
    ["lacks its end", /is damaged or cut off/, () => whole.subarray(0, -400)],
  ])("%s", async (_, message, content) => {
    await refused(async (file) => await writeFile(file, await content()), message);
  });

  test("is a folder", async () => {
    await refused(
      async (file) => void (await mkdir(file)),
      /bad\.tar\.zst cannot be imported: it cannot be read \(EISDIR\)/,
    );
  });

  test("is not there", async () => {
    await refused(
      async () => {},
      /bad\.tar\.zst cannot be imported: there is no such file\. Nothing was changed\.$/,
    );
  });
});

describe("an archive whose entries are wrong", () => {
  const last = () => entries.at(-1) ?? expect.unreachable();
  const extra = (header: TarEntry["header"]): TarEntry[] => [
    ...entries,
    { header, content: Buffer.from("evil") },
  ];

  test.each<[string, RegExp, () => TarEntry[]]>([
    ["lacks a content", /blobs\/[0-9a-f]{64} is missing from it/, () => entries.slice(0, -1)],
    ["lacks its manifest", /is not an archive/, () => entries.slice(1)],
    ["has nothing", /is not an archive/, () => []],
    [
      "has another content of the same size",
      /blobs\/[0-9a-f]{64} in it is damaged/,
      () => [
        ...entries.slice(0, -1),
        { ...last(), content: Buffer.from(last().content.map((byte) => byte ^ 1)) },
      ],
    ],
    [
      "has a shorter content",
      /blobs\/[0-9a-f]{64} in it is damaged/,
      () => [...entries.slice(0, -1), { ...last(), content: last().content.subarray(1) }],
    ],
    ["has a content twice", /which its manifest does not name/, () => [...entries, last()]],
    ["leads out of it", /holds "\.\.\/\.\.\/evil", which/, () => extra({ name: "../../evil" })],
    ["is absolute", /holds "\/tmp\/stepdock-evil", which/, () => extra({ name: "/tmp/stepdock-evil" })],
    [
      "has a link",
      /holds "link" \(a symlink\), which/,
      () => extra({ name: "link", type: "symlink", linkname: "/etc/passwd" }),
    ],
    [
      "has a link in place of a content",
      /\(a symlink\), which/,
      () => [
        ...entries.slice(0, -1),
        {
          header: { name: last().header.name, type: "symlink", linkname: "/etc/passwd" },
          content: Buffer.alloc(0),
        },
      ],
    ],
  ])("%s", async (_, message, make) => {
    await refused((file) => writeEntries(file, make()), message);
  });
});

type Edit = (manifest: Manifest) => unknown;

/** The folder's entries as they are given, with the content hash that they have. */
const withTree = (manifest: Manifest, edit: (tree: HashedEntry[]) => HashedEntry[]): unknown => ({
  ...manifest,
  artifacts: manifest.artifacts.map((artifact) => {
    if (artifact.record.materializer !== "directory") return artifact;
    const tree = edit(artifact.entries);
    const contentHash = hashOfEntries("directory", tree);
    return { record: { ...artifact.record, contentHash }, entries: tree };
  }),
});

const link = (path: string, target: string): HashedEntry => ({ kind: "link", path, target });
const changeFirst = <T>([first, ...others]: readonly T[], change: (first: T) => object): unknown[] => [
  change(first as T),
  ...others,
];

describe("an archive whose manifest is wrong", () => {
  test.each<[string, RegExp, Edit]>([
    [
      "is of a newer format",
      /has format 2, and this stepdock knows 1 at most\. Install a newer stepdock\. Nothing was changed\.$/,
      (manifest) => ({ ...manifest, formatVersion: 2, run: "in another way" }),
    ],
    ["is of something else", /is not an archive/, () => ({ name: "package" })],
    [
      "has a key that is unknown",
      /manifest is wrong: .*Unrecognized key: "more"/,
      (manifest) => ({ ...manifest, more: 1 }),
    ],
    ["has a run that goes on", /has not ended/, (m) => ({ ...m, run: { ...m.run, status: "running" } })],
    [
      "has a run id that leads out",
      /manifest is wrong/,
      (m) => ({ ...m, run: { ...m.run, id: "../../evil" } }),
    ],
    [
      "has a step whose name leads out",
      /manifest is wrong/,
      (m) => ({
        ...m,
        steps: changeFirst(m.steps, (s) => ({
          ...s,
          record: { ...s.record, invocationId: "../../../evil" },
        })),
      }),
    ],
    [
      "has a cache key",
      /manifest is wrong/,
      (m) => ({
        ...m,
        steps: changeFirst(m.steps, (s) => ({ ...s, record: { ...s.record, cacheKey: "key" } })),
      }),
    ],
    [
      "has a time that is none",
      /manifest is wrong: .*createdAt/,
      (m) => ({ ...m, run: { ...m.run, createdAt: "never" } }),
    ],
    [
      "has an attempt before the first",
      /manifest is wrong: .*attempt/,
      (m) => ({
        ...m,
        steps: changeFirst(m.steps, (s) => ({ ...s, record: { ...s.record, attempt: 0 } })),
      }),
    ],
    [
      "has one attempt twice",
      /attempt same 1 is there twice/,
      (m) => ({
        ...m,
        steps: m.steps.map((s) => ({ ...s, record: { ...s.record, invocationId: "same" } })),
      }),
    ],
    [
      "has a service whose name leads out",
      /manifest is wrong/,
      (m) => ({ ...m, logs: changeFirst(m.logs, (log) => ({ ...log, service: "../../evil" })) }),
    ],
    [
      "has a step of another run",
      /is of another run/,
      (m) => ({
        ...m,
        steps: changeFirst(m.steps, (s) => ({ ...s, record: { ...s.record, runId: "other" } })),
      }),
    ],
    [
      "has an artifact whose place leads out",
      /\.\.\/evil' is not of the form/,
      (m) => ({
        ...m,
        artifacts: changeFirst(m.artifacts, (a) => ({
          ...a,
          record: { ...a.record, uri: "local://default/../../evil" },
        })),
      }),
    ],
    [
      "has an artifact of another store",
      /bucket/,
      (m) => ({
        ...m,
        artifacts: changeFirst(m.artifacts, (a) => ({
          ...a,
          record: { ...a.record, uri: "s3://bucket/a/b/c" },
        })),
      }),
    ],
    [
      "has an artifact of another content hash",
      /are not those that were published/,
      (m) => ({
        ...m,
        artifacts: changeFirst(m.artifacts, (a) => ({
          ...a,
          record: { ...a.record, contentHash: "0".repeat(64) },
        })),
      }),
    ],
    [
      "lacks an artifact that a step names",
      /is named, or is there, without the other/,
      (m) => ({ ...m, artifacts: m.artifacts.slice(1) }),
    ],
    [
      "has a path that leads out",
      /manifest is wrong/,
      (m) => withTree(m, (tree) => [...tree, link("../evil", "x")]),
    ],
    [
      "has an absolute path",
      /manifest is wrong/,
      (m) => withTree(m, (tree) => [...tree, link("/evil", "x")]),
    ],
    [
      "has a link that leads out",
      /"out" of artifact .* is a symbolic link that leads out of it, to \.\.\/\.\.\/\.\.\/stepdock\.db/,
      (m) => withTree(m, (tree) => [...tree, link("out", "../../../stepdock.db")]),
    ],
    [
      "has a link that leads out by another one",
      /is a symbolic link that leads out of it/,
      (m) => withTree(m, (tree) => [...tree, link("a", "deep"), link("b", "a/../../x")]),
    ],
    [
      "has a file below a link",
      /"go\/evil" of artifact .* is in no directory of it/,
      (m) => withTree(m, (tree) => [...tree, link("go", "deep"), link("go/evil", "x")]),
    ],
    ["has one path twice", /is there twice/, (m) => withTree(m, (tree) => [...tree, link("run.sh", "deep")])],
    [
      "has code of no step",
      /is of no step/,
      (m) => ({
        ...m,
        bundles: changeFirst(m.bundles, (b) => ({ ...b, code: { ...b.code, sha256: "0".repeat(64) } })),
      }),
    ],
  ])("%s", async (_, message, edit) => {
    await refused((file) => writeEntries(file, withManifest(entries, edit(manifestIn(entries)))), message);
  });
});

test("what the workspace has under the same id and is another thing is a conflict, and nothing is changed", async () => {
  await using place = await emptyPlace();
  const workspace = join(place.path, "workspace");
  await importRun(source.file, { workspace });
  const manifest = manifestIn(entries);
  const other = join(place.path, "other.tar.zst");
  await writeEntries(
    other,
    withManifest(entries, { ...manifest, run: { ...manifest.run, name: "another" } }),
  );
  await expect(importRun(other, { workspace })).rejects.toMatchObject({
    code: "archive_conflict",
    message: expect.stringMatching(
      /^Run another \(.*\) cannot be imported: this workspace has another run archived-/,
    ),
  });
  const run = { ...manifest.run, id: "another-run" };
  const steps = manifest.steps.map((step) => ({ ...step, record: { ...step.record, runId: run.id } }));
  await writeEntries(other, withManifest(entries, { ...manifest, run, steps }));
  await expect(importRun(other, { workspace })).rejects.toMatchObject({
    message: expect.stringMatching(/this workspace has another step run/),
  });
  const renamed = steps.map((step) => ({ ...step, record: { ...step.record, id: `new-${step.record.id}` } }));
  const logs = manifest.logs.map((log) => ({ ...log, stepRunId: `new-${log.stepRunId}` }));
  await writeEntries(other, withManifest(entries, { ...manifest, run, steps: renamed, logs }));
  await expect(importRun(other, { workspace })).rejects.toMatchObject({
    message: expect.stringMatching(/this workspace has another run .* with its orchestrator run id/),
  });
  expect(await within(workspace, ({ metadata }) => metadata.listRuns())).toHaveLength(1);
});
