import { hash } from "node:crypto";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashOf } from "../../../src/artifact/artifact-kind.ts";
import { type HashedEntry, hashOfEntries } from "../../../src/artifact/entries-hash.ts";
import { temporaryDirectory } from "./temporary.ts";

const file = async (root: string, path: string, executable = false): Promise<HashedEntry> => {
  const content = await readFile(join(root, path));
  return { kind: "file", path, executable, sha256: hash("sha256", content), sizeBytes: content.length };
};

test("the hash of what is listed is the hash of what is there, in whatever order it is listed", async () => {
  await using folder = await temporaryDirectory();
  const at = (path: string) => join(folder.path, path);
  await mkdir(at("a-directory"));
  for (const path of ["z", "ä", "a-directory/file", "a-directory.txt"])
    await writeFile(at(path), `in ${path}`);
  const values = [await file(folder.path, "z"), await file(folder.path, "ä")];
  values.push(await file(folder.path, "a-directory/file"), await file(folder.path, "a-directory.txt"));
  const { contentHash } = await hashOf("json", folder.path, {});
  expect(hashOfEntries("json", values)).toBe(contentHash);
  await chmod(at("z"), 0o755);
  await symlink("z", at("link"));
  const tree: HashedEntry[] = [
    { kind: "link", path: "link", target: "z" },
    ...values.slice(1),
    { kind: "directory", path: "a-directory" },
    await file(folder.path, "z", true),
  ];
  expect(hashOfEntries("directory", tree)).toBe((await hashOf("directory", folder.path, {})).contentHash);
});
