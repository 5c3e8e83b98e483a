import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashDirectory } from "../../../src/artifact/content-hash.ts";
import { temporaryDirectory } from "./temporary.ts";

const sha256 = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

describe("the content hash", () => {
  it("is what its docstring says, over paths in the order of their bytes", async () => {
    await using directory = await temporaryDirectory();
    const files = { "a/b": "1", "a.txt": "22", "\uFF5E": "333", "\u{1F600}": "4444" };
    await mkdir(join(directory.path, "a"));
    for (const [path, content] of Object.entries(files)) await writeFile(join(directory.path, path), content);
    // U+1F600 comes after U+FF5E in UTF-8, and before it in UTF-16.
    const listing = ["a.txt", "a/b", "\uFF5E", "\u{1F600}"].map((path) => {
      const content = files[path as keyof typeof files];
      return `${path}\0${content.length}\0${sha256(content)}\n`;
    });
    expect(await hashDirectory(directory.path)).toEqual({
      contentHash: sha256(listing.join("")),
      sizeBytes: 10,
    });
  });

  it("covers files that are longer than one read", async () => {
    await using directory = await temporaryDirectory();
    const content = Buffer.alloc(3 * 1024 * 1024 + 1, 7);
    await writeFile(join(directory.path, "big"), content);
    const expected = sha256(`big\0${content.length}\0${sha256(content)}\n`);
    expect((await hashDirectory(directory.path)).contentHash).toBe(expected);
    content[content.length - 1] = 8;
    await writeFile(join(directory.path, "big"), content);
    expect((await hashDirectory(directory.path)).contentHash).not.toBe(expected);
  });

  it("of an empty directory is that of no files", async () => {
    await using directory = await temporaryDirectory();
    await mkdir(join(directory.path, "empty"));
    expect(await hashDirectory(directory.path)).toEqual({ contentHash: sha256(""), sizeBytes: 0 });
  });
});
