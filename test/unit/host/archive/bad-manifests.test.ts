import { afterAll, beforeAll, describe, test } from "vitest";
import { type HashedEntry, hashOfEntries } from "../../../../src/artifact/entries-hash.ts";
import type { Manifest } from "../../../../src/host/archive/manifest.ts";
import {
  makeSource,
  manifestIn,
  readEntries,
  refused,
  type Source,
  type TarEntry,
  withManifest,
  writeEntries,
} from "./support.ts";

let source: Source;
let entries: TarEntry[];
beforeAll(async () => {
  source = await makeSource();
  entries = await readEntries(source.file);
});
afterAll(() => source[Symbol.asyncDispose]());

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
