import { existsSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { type AssemblyHost, findProgram, thisHost } from "./base-image-host.ts";
import type { RootEntry } from "./base-image-root.ts";

/** Within npm's own folder. */
export const NPM_CLI = "bin/npm-cli.js";
const SUPERFLUOUS = /^(docs|man)\//;

/** This machine's npm, for an image that need not have one: files below `folder`. Undefined where it has none. */
export const hostNpm = async (
  folder: string,
  host: AssemblyHost = thisHost(),
): Promise<RootEntry[] | undefined> => {
  const root = (await candidates(host)).find(standsByItself);
  if (root === undefined) return undefined;
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const entries = await Promise.all(
    files.map(async (source): Promise<RootEntry> => {
      const mode = (await stat(source)).mode & 0o111 ? 0o755 : 0o644;
      const path = relative(root, source).split(sep).join("/");
      return { path, type: "file", mode, source };
    }),
  );
  const needed = entries.filter(({ path }) => !SUPERFLUOUS.test(path));
  return needed.map((entry) => ({ ...entry, path: `${folder}/${entry.path}` }));
};

/** Version managers put a shim on the PATH; then it lies beside Node. */
const candidates = async (host: AssemblyHost): Promise<string[]> => {
  const program = await findProgram(host, "npm");
  const bin = dirname(await realpath(host.nodePath));
  return [
    ...(program ? [dirname(dirname(await realpath(program)))] : []),
    join(bin, "../lib/node_modules/npm"),
    join(bin, "node_modules/npm"),
  ];
};

/** A distribution's npm may have its modules elsewhere. */
const standsByItself = (root: string): boolean =>
  existsSync(join(root, NPM_CLI)) && existsSync(join(root, "node_modules"));
