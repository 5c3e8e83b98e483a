import { existsSync } from "node:fs";
import { constants, copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

export interface RepositoryCopy {
  readonly projectRoot: string;
  /** The folder that it is copied to, which exists; it may lie in the project where `without` has it. */
  readonly target: string;
  /** Files and folders that are not copied, besides those that never are. */
  readonly without: readonly string[];
  /** Folder of ours in the copy, which no rule of the project's may leave out of its package. */
  readonly ours: string;
}

/** No package needs them; and `.env` has secrets, which npm would pack. */
const NEVER = /^(node_modules|\.git|\.stepdock|\.env(\..*)?|package-lock\.json|npm-shrinkwrap\.json)$/;

/** Copies a project without what no package may have. Links are left out, as npm leaves them out. */
export const copyRepository = async (copy: RepositoryCopy): Promise<void> => {
  const left = new Set([...copy.without, copy.target].map((path) => resolve(path)));
  await copyFolder(copy.projectRoot, copy.target, left);
  await keepOurs(copy.target, copy.ours);
};

const copyFolder = async (from: string, to: string, left: ReadonlySet<string>): Promise<void> => {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (NEVER.test(entry.name) || left.has(resolve(source))) continue;
    if (entry.isDirectory()) await copyFolder(source, join(to, entry.name), left);
    if (entry.isFile()) await copyFile(source, join(to, entry.name), constants.COPYFILE_FICLONE);
  }
};

/** At the root npm reads `.npmignore`, else `.gitignore`; a later line counts more than an earlier one. */
const keepOurs = async (root: string, ours: string): Promise<void> => {
  const read = [".npmignore", ".gitignore"].map((name) => join(root, name)).find(existsSync);
  if (read === undefined) return;
  const rules = await readFile(read, "utf8");
  await writeFile(join(root, ".npmignore"), `${rules}\n!/${ours}\n!/${ours}/**\n`);
};
