import { createHash } from "node:crypto";
import {
  chmod,
  link,
  mkdir,
  mkdtempDisposable,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLocalArtifactStore } from "../../../src/artifact/local-artifact-store.ts";
import { stampTree } from "../../../src/artifact/stamps.ts";
import { hashTree } from "../../../src/artifact/tree-hash.ts";
import { leadsOut } from "../../../src/artifact/tree-links.ts";
import type { ArtifactVersion } from "../../../src/model/index.ts";
import { clockTick } from "../../contract/artifact-store/fixture.ts";
import { temporaryDirectory } from "./temporary.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const tree = async () => {
  const folder = await temporaryDirectory();
  const { path } = folder;
  const at = (name: string) => join(path, name);
  await mkdir(at("a"));
  await mkdir(at("empty"));
  await writeFile(at("a/b"), "1");
  await writeFile(at("run"), "22", { mode: 0o755 });
  await symlink("a/b", at("z"));
  return { path, at, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
};

const hashIn = async (directory: { path: string }): Promise<string> =>
  (await hashTree(directory.path)).contentHash;

describe("the hash of a folder", () => {
  it("is what its docstring says", async () => {
    await using folder = await tree();
    const lines = [
      "stepdock tree 1",
      "d\0a",
      `f\0a/b\x001\0${sha256("1")}`,
      "d\0empty",
      `x\0run\x002\0${sha256("22")}`,
      "l\0z\0a/b",
    ];
    expect(await hashTree(folder.path)).toEqual({
      contentHash: sha256(lines.map((line) => `${line}\n`).join("")),
      sizeBytes: 3,
    });
  });

  it.each<[string, (at: (name: string) => string) => Promise<unknown>]>([
    ["the content of a file", (at) => writeFile(at("a/b"), "2")],
    ["the name of a file", (at) => rename(at("a/b"), at("a/c"))],
    ["the right to execute a file", (at) => chmod(at("run"), 0o644)],
    ["an empty folder", (at) => rm(at("empty"), { recursive: true })],
    ["another empty folder", (at) => mkdir(at("a/more"))],
    ["the target of a link", (at) => rm(at("z")).then(() => symlink("run", at("z")))],
    ["a file in the place of a link", (at) => rm(at("z")).then(() => writeFile(at("z"), "a/b"))],
  ])("is another with %s", async (_what, change) => {
    await using folder = await tree();
    await using outside = await temporaryDirectory();
    const [before, stamps] = [await hashIn(folder), await stampTree(folder.path)];
    await clockTick({ stamps }, outside.path);
    await change(folder.at);
    expect(await hashIn(folder)).not.toBe(before);
    expect(await stampTree(folder.path)).not.toEqual(stamps);
  });

  it("is the same whatever the time stamps and rights that do not matter", async () => {
    await using folder = await tree();
    const before = await hashIn(folder);
    await utimes(folder.at("a/b"), 1, 1);
    await utimes(folder.at("empty"), 2, 2);
    await chmod(folder.at("a/b"), 0o600);
    await chmod(folder.at("run"), 0o711);
    expect(await hashIn(folder)).toBe(before);
  });

  it("is the same in whatever order the files were made", async () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-zé.]{1,6}$/), { minLength: 1, maxLength: 12 });
    const usable = names.map((all) => all.filter((name) => name !== "." && name !== ".."));
    await fc.assert(
      fc.asyncProperty(usable, async (all) => {
        await using first = await temporaryDirectory();
        await using second = await temporaryDirectory();
        for (const name of all) await writeFile(join(first.path, name), name);
        for (const name of all.toReversed()) await writeFile(join(second.path, name), name);
        expect(await hashIn(first)).toBe(await hashIn(second));
      }),
      { numRuns: 30 },
    );
  });

  it("takes hard links among its own files, and refuses one to a file elsewhere where it is sealed", async () => {
    await using folder = await tree();
    const sealed = () => hashTree(folder.path, { onFile: async () => {} });
    await link(folder.at("a/b"), folder.at("twin"));
    await expect(sealed()).resolves.toMatchObject({ sizeBytes: 4 });
    await using elsewhere = await mkdtempDisposable(join(tmpdir(), "stepdock-elsewhere-"));
    await link(folder.at("run"), join(elsewhere.path, "run"));
    await expect(sealed()).rejects.toMatchObject({ path: folder.at("run"), code: "artifact_damaged" });
  });

  it("reads a large file in pieces", async () => {
    await using folder = await temporaryDirectory();
    const size = 512 * 1024 * 1024;
    await writeFile(join(folder.path, "big"), "");
    await truncate(join(folder.path, "big"), size);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 5);
    await expect(hashTree(folder.path)).resolves.toMatchObject({ sizeBytes: size });
    clearInterval(watch);
    expect(most).toBeLessThan(16 * 1024 * 1024);
  });
});

describe("a link of a folder", () => {
  const links = new Map([
    ["x/y/up", "../.."],
    ["x/circle", "circle"],
    ["x/absolute", "/etc"],
    ["x/deep", "y/z"],
  ]);

  it.each([
    ["x/in", "y/file"],
    ["x/in", "../top"],
    ["x/in", "nothing/there"],
    ["x/in", "y/up/x"],
    ["in", "."],
    ["x/in", "deep/../other"],
  ])("at %s to %s stays inside", (path, target) => {
    expect(leadsOut(path, target, links)).toBe(false);
  });

  it.each([
    ["x/out", "/etc/passwd"],
    ["x/out", "../../etc"],
    ["out", ".."],
    ["x/out", "y/up/.."],
    ["x/out", "circle"],
    ["x/out", "absolute/passwd"],
  ])("at %s to %s leads out, or nobody can tell", (path, target) => {
    expect(leadsOut(path, target, links)).toBe(true);
  });
});

describe("a stored folder", () => {
  const stored = async (root: string) => {
    const store = createLocalArtifactStore({ root });
    const uri = store.uri({ stepName: "s", outputName: "o", stepRunId: "1" });
    await store.create(uri);
    await writeFile(join(store.path(uri), "run"), "x");
    const materializer = "directory";
    const artifact = {
      ...{ uri, materializer, ...(await store.hash(uri, { materializer })) },
      stamps: await store.stamps(uri, { materializer }),
    } as ArtifactVersion;
    return { store, artifact, directory: store.path(uri) };
  };

  it("is damaged once its rights or links are others, and whole once a time stamp is", async () => {
    await using root = await temporaryDirectory();
    const { store, artifact, directory } = await stored(root.path);
    await utimes(join(directory, "run"), 1, 1);
    await store.verify(artifact);
    await chmod(join(directory, "run"), 0o755);
    await expect(store.verify(artifact)).rejects.toMatchObject({ code: "artifact_damaged" });
    await chmod(join(directory, "run"), 0o644);
    await store.verify(artifact, { full: true });
    await symlink("/etc/passwd", join(directory, "leak"));
    await expect(store.verify(artifact)).rejects.toThrow("leads out of the folder");
  });
});
