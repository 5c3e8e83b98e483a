import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AssemblyHost, findProgram, thisHost } from "./base-image-host.ts";
import type { RootEntry } from "./base-image-root.ts";
import type { Dockerignore } from "./dockerignore.ts";
import { entriesIn } from "./folder-entries.ts";

/** Within npm's own folder. */
export const NPM_CLI = "bin/npm-cli.js";
const SUPERFLUOUS: Dockerignore = {
  ignores: (path) => path === "docs" || path === "man",
  hasExceptions: false,
};

/** This machine's npm, for an image that need not have one: files below `folder`. Undefined where it has none. */
export const hostNpm = async (
  folder: string,
  host: AssemblyHost = thisHost(),
): Promise<RootEntry[] | undefined> => {
  const root = (await candidates(host)).find(standsByItself);
  if (root === undefined) return undefined;
  const entries = await entriesIn(root, { at: folder, ignore: SUPERFLUOUS });
  return entries.filter(({ type }) => type === "file");
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
