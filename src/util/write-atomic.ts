import { randomBytes } from "node:crypto";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file so that a crash at any instant leaves the old one or the whole new one: temporary name, fsync, rename. */
export const writeFileAtomic = async (path: string, data: string | Uint8Array): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeSynced(temporary, data);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
};

/**
 * Writes a file so that nobody ever reads half of it, without waiting for the disk: it outlives this process, however
 * that ends, but not a loss of power.
 */
export const replaceFile = async (path: string, data: string | Uint8Array): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, data, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

const writeSynced = async (path: string, data: string | Uint8Array): Promise<void> => {
  await using file = await open(path, "wx");
  await file.writeFile(data);
  await file.sync();
};

/** Makes names in a directory durable: a rename is only on disk once its directory is. */
export const syncDirectory = async (path: string): Promise<void> => {
  await using directory = await open(path, "r");
  await directory.sync();
};
