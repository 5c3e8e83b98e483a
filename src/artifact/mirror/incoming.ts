import { mkdir, mkdtempDisposable, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../remove-tree.ts";

/** No step has such a name. */
const PREFIX = ".incoming-";
/** Milliseconds: what is older is of a process that died. */
const OLD = 24 * 60 * 60 * 1000;

/** A directory of a local store where what is downloaded comes together, until it is whole. */
export const makeIncoming = async (store: string) => {
  await mkdir(store, { recursive: true });
  return await mkdtempDisposable(join(store, PREFIX));
};

/** Removes what processes that died had begun to download. */
export const removeOldIncoming = async (store: string): Promise<void> => {
  const names = await readdir(store).catch(() => []); // There may be no copies yet.
  for (const name of names.filter((each) => each.startsWith(PREFIX))) {
    const path = join(store, name);
    const found = await stat(path).catch(() => undefined); // Gone meanwhile.
    if (found && Date.now() - found.mtimeMs > OLD) await removeTree(path);
  }
};
