import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const REFUSED = new Set(["EACCES", "EPERM"]);

/** A step may have taken its own right to write from a directory it made; links are not followed. */
const makeRemovable = async (path: string): Promise<void> => {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const entry of await readdir(path)) await makeRemovable(join(path, entry));
};

/** Removes whatever is at `path`, links as links; nothing there is success. */
export const removeTree = async (path: string): Promise<void> => {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!REFUSED.has((error as { code?: string }).code ?? "")) throw error;
    await makeRemovable(path);
    await rm(path, { recursive: true, force: true });
  }
};
