import { execFileSync } from "node:child_process";
import { mkdir, mkdtempDisposable, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { PipelineSnapshot } from "../../../src/model/index.ts";
import { PackageError } from "../../../src/orchestrator/wheeled/errors.ts";
import { packFolder } from "../../../src/orchestrator/wheeled/pack-folder.ts";
import { copyRepository } from "../../../src/orchestrator/wheeled/repository-copy.ts";
import { sanitizeName } from "../../../src/orchestrator/wheeled/sanitize-name.ts";
import { writeCode, writeManifest } from "../../../src/orchestrator/wheeled/write-package.ts";

const HASH = "a".repeat(64);
const OURS = [`stepdock-package/bundles/${HASH}.mjs`, "stepdock-package/entrypoint.mjs"];

/** What the package of a project with these files holds, and its package.json. */
const packed = async (files: Readonly<Record<string, string>>) => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "stepdock-wheeled-"));
  const [projectRoot, target] = [join(folder.path, "project"), join(folder.path, "project", "out", "copy")];
  await mkdir(target, { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(projectRoot, path)), { recursive: true });
    await writeFile(join(projectRoot, path), text);
  }
  await symlink("/etc/passwd", join(projectRoot, "link"));
  const entrypoint = join(folder.path, "entrypoint.mjs");
  await writeFile(entrypoint, "// runs a step");
  await copyRepository({
    ...{ projectRoot, target, ours: "stepdock-package" },
    without: [join(projectRoot, "secrets.env")],
  });
  const facts = { name: "stepdockproject", version: "1.2.3" };
  await writeManifest(target, { ...facts, dependencies: { ms: "2.1.3" } });
  const snapshot = { invocations: { a: { codeHash: HASH } } } as unknown as PipelineSnapshot;
  await writeCode(target, { snapshot, entrypoint, bundles: new Map([[HASH, { code: "export {};" }]]) });
  const tarball = await packFolder(target, facts);
  const listed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n");
  const manifest = JSON.parse(await readFile(join(target, "package.json"), "utf8"));
  return { names: listed.map((path) => path.replace(/^package\//, "")).sort(), manifest };
};

test("a name is made of lower case, digits and dashes, none of these at an end", () => {
  expect(["My Pipeline!", "--a__b--", "train_2", "Ünï"].map(sanitizeName)).toEqual([
    "my-pipeline",
    "a-b",
    "train-2",
    "n",
  ]);
});

test("the package has the project's files and what runs its steps, no packages, secrets, workspace or links", async () => {
  const { names, manifest } = await packed({
    "package.json": JSON.stringify({
      ...{ name: "mine", version: "9.9.9", type: "module", scripts: { prepack: "exit 1" } },
      dependencies: { left: "*" },
    }),
    "src/steps.ts": "export {};",
    ".env": "TOKEN=1",
    ".env.local": "TOKEN=2",
    "secrets.env": "TOKEN=3",
    "node_modules/ms/index.js": "",
    ".git/HEAD": "",
    ".stepdock/stepdock.db": "",
    "package-lock.json": "{}",
  });
  expect(names).toEqual(["package.json", "src/steps.ts", ...OURS]);
  expect(manifest).toEqual({
    ...{ name: "stepdockproject", version: "1.2.3", private: true, type: "module" },
    dependencies: { ms: "2.1.3" },
  });
});

test("what the project leaves out of its package is left out of this one, but nothing that runs steps", async () => {
  const files = { "data/big.bin": "", "a.mjs": "", "b.ts": "" };
  const ignoring = await packed({ ...files, ".gitignore": "*.mjs\ndata/\nstepdock*\nbundles\n" });
  expect(ignoring.names.filter((name) => name !== ".npmignore")).toEqual(["b.ts", "package.json", ...OURS]);
  const listing = await packed({ ...files, "package.json": JSON.stringify({ files: ["data"] }) });
  expect(listing.names).toEqual(["data/big.bin", "package.json", ...OURS]);
});

test("npm's own words are told where it refuses to pack", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "stepdock-wheeled-"));
  await writeFile(join(folder.path, "package.json"), "{");
  const packing = packFolder(folder.path, { name: "x", version: "1.0.0" });
  await expect(packing).rejects.toThrow(PackageError);
  await expect(packing).rejects.toThrow(/npm pack` failed to make the package of this project:\n.*JSON/s);
});
