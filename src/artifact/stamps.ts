import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { FileStamp } from "../model/artifact.ts";
import { listPlainTree } from "./plain-files.ts";
import { listTree } from "./tree.ts";

const stampOf = (directory: string, path: string): FileStamp => {
  const { size, mtimeMs, ctimeMs, ino } = lstatSync(join(directory, path));
  return { path, sizeBytes: size, mtimeMs, ctimeMs, inode: ino };
};

/**
 * File status of every file below the directory, in the order of their paths. A change of equal size in the same tick
 * of the file system's clock (some milliseconds before Linux 6.13) would leave it as it is.
 */
export const stampDirectory = async (directory: string): Promise<FileStamp[]> => {
  const { files } = await listPlainTree(directory);
  return files.map((path) => stampOf(directory, path));
};

/** The same for a file or folder artifact: links and directories have a status, too, and are of no size. */
export const stampTree = async (directory: string): Promise<FileStamp[]> =>
  (await listTree(directory)).map(({ path, kind }) => {
    const stamp = stampOf(directory, path);
    return kind === "file" ? stamp : { ...stamp, sizeBytes: 0 };
  });

const isSame = (left: FileStamp, right: FileStamp | undefined): boolean =>
  right !== undefined &&
  left.path === right.path &&
  left.sizeBytes === right.sizeBytes &&
  left.mtimeMs === right.mtimeMs &&
  left.ctimeMs === right.ctimeMs &&
  left.inode === right.inode;

/** Whether the same files are there, and none was touched. */
export const sameStamps = (left: readonly FileStamp[], right: readonly FileStamp[]): boolean =>
  left.length === right.length && left.every((stamp, index) => isSame(stamp, right[index]));
