import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { thisHost } from "../../../src/image-builder/base-image-host.ts";
import { hostNpm } from "../../../src/image-builder/host-npm.ts";
import { tempFolder } from "./temp-folder.ts";

const install = async (root: string, files: readonly string[]): Promise<void> => {
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), "", { mode: file.startsWith("bin/") ? 0o755 : 0o600 });
  }
};

const NPM = ["bin/npm-cli.js", "lib/cli.js", "docs/a.md", "node_modules/x/docs/b.js"];

test("npm is found behind the link on the PATH, without its own documentation, readable by all", async () => {
  await using folder = await tempFolder();
  await install(join(folder.path, "real/npm"), NPM);
  await mkdir(join(folder.path, "bin"));
  await symlink("../real/npm/bin/npm-cli.js", join(folder.path, "bin/npm"));
  const entries = await hostNpm("n", { ...thisHost(), searchPath: [join(folder.path, "bin")] });
  expect(entries?.map(({ path, ...entry }) => [path, "mode" in entry && entry.mode]).sort()).toEqual([
    ["n/bin/npm-cli.js", 0o755],
    ["n/lib/cli.js", 0o644],
    ["n/node_modules/x/docs/b.js", 0o644],
  ]);
});

test("npm is found beside Node where the PATH has none, or a shim", async () => {
  await using folder = await tempFolder();
  await install(join(folder.path, "lib/node_modules/npm"), NPM);
  await install(folder.path, ["bin/node", "shims/npm"]);
  const host = {
    ...thisHost(),
    nodePath: join(folder.path, "bin/node"),
    searchPath: [join(folder.path, "shims")],
  };
  expect(await hostNpm("n", host)).toHaveLength(3);
});

test("npm that has its modules elsewhere is not taken along", async () => {
  await using folder = await tempFolder();
  await install(join(folder.path, "lib/node_modules/npm"), ["bin/npm-cli.js"]);
  await install(folder.path, ["bin/node"]);
  const host = { ...thisHost(), nodePath: join(folder.path, "bin/node"), searchPath: [] };
  expect(await hostNpm("n", host)).toBeUndefined();
});
