import { createHash } from "node:crypto";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, type Headers } from "tar-fs";
import { expect, test } from "vitest";
import {
  contentHash,
  packRoot,
  type RootEntry,
  statPrint,
} from "../../../src/image-builder/base-image-root.ts";
import { tempFolder } from "./temp-folder.ts";

const treeWith = (source: string): RootEntry[] => [
  { path: "usr/bin/tool", type: "file", mode: 0o755, source },
  { path: "bin", type: "symlink", target: "usr/bin" },
  { path: "home", type: "directory", mode: 0o700, owner: 1000 },
  { path: "etc/passwd", type: "file", mode: 0o644, text: "root:x:0:0::/:/bin/sh\n" },
];

const tarHash = async (entries: readonly RootEntry[]): Promise<string> =>
  createHash("sha256")
    .update(await buffer(packRoot(entries)))
    .digest("hex");

test("equal content has one hash and one tar, wherever, whenever and in whatever order it was made", async () => {
  await using folder = await tempFolder();
  const [one, other] = [join(folder.path, "one"), join(folder.path, "other")];
  await writeFile(one, "the same");
  await writeFile(other, "the same", { mode: 0o600 });
  await utimes(other, 1, 1);
  const [first, second] = [treeWith(one), treeWith(other).reverse()];
  expect(await contentHash(second)).toBe(await contentHash(first));
  expect(await tarHash(second)).toBe(await tarHash(first));
});

test.for([
  ["a byte", { path: "usr/bin/tool", type: "file", mode: 0o755, text: "changed!" }],
  ["a mode", { path: "home", type: "directory", mode: 0o755, owner: 1000 }],
  ["an owner", { path: "home", type: "directory", mode: 0o700 }],
  ["the target of a link", { path: "bin", type: "symlink", target: "bin2" }],
] as [string, RootEntry][])("%s more or less gives another hash", async ([, changed]) => {
  await using folder = await tempFolder();
  const source = join(folder.path, "tool");
  await writeFile(source, "the same");
  const tree = treeWith(source);
  const other = tree.map((entry) => (entry.path === changed.path ? changed : entry));
  expect(await contentHash(other)).not.toBe(await contentHash(tree));
});

test("what the file system says of a file stays until it is touched", async () => {
  await using folder = await tempFolder();
  const source = join(folder.path, "tool");
  await writeFile(source, "the same");
  const before = await statPrint(source);
  expect(await statPrint(source)).toBe(before);
  await utimes(source, 1, 1);
  expect(await statPrint(source)).not.toBe(before);
});

test("the tar holds each entry once, parents first, with its mode, owner and link", async () => {
  await using folder = await tempFolder();
  const source = join(folder.path, "tool");
  await writeFile(source, "#!/bin/sh\n");
  const overridden: RootEntry = { path: "home", type: "directory", mode: 0o777 };
  const seen: Headers[] = [];
  const map = (header: Headers): Headers => {
    seen.push({ ...header });
    return header;
  };
  await pipeline(packRoot([overridden, ...treeWith(source)]), extract(join(folder.path, "out"), { map }));
  expect(seen.map(({ name, type, mode, uid, size }) => [name, type, mode, uid, size])).toEqual([
    ["bin", "symlink", 0o777, 0, 0],
    ["etc/passwd", "file", 0o644, 0, 22],
    ["home", "directory", 0o700, 1000, 0],
    ["usr/bin/tool", "file", 0o755, 0, 10],
  ]);
});

test("a file that is gone breaks the tar rather than leaving it short", async () => {
  await expect(buffer(packRoot(treeWith("/nonexistent/tool")))).rejects.toThrow("ENOENT");
});
