import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importRun } from "../../../../src/host.ts";
import {
  emptyPlace,
  makeSource,
  manifestIn,
  readEntries,
  refused,
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
