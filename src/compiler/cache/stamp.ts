import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";

/** Size, mtime, ctime, inode and device of a file or directory: where all are equal, nothing has changed it since. */
export type Stamp = readonly [size: number, mtimeMs: number, ctimeMs: number, inode: number, device: number];

/** The stamp of what lies at `path`, links followed; undefined where nothing does, or nothing that we may see. */
export const stampOf = (path: string): Stamp | undefined => toStamp(() => statSync(path));

/** The same of a link itself. */
export const stampOfLink = (path: string): Stamp | undefined => toStamp(() => lstatSync(path));

const toStamp = (look: () => Stats): Stamp | undefined => {
  try {
    const { size, mtimeMs, ctimeMs, ino, dev } = look();
    return [size, mtimeMs, ctimeMs, ino, dev];
  } catch {
    // Whatever stands in the way, whoever wants to read it will be told.
    return undefined;
  }
};

export const sameStamp = (left: Stamp | undefined, right: Stamp | undefined): boolean =>
  left === right || (!!left && !!right && left.every((value, index) => value === right[index]));

/** Clocks of file systems tick every 10 ms at most, or, where they count whole seconds, every other second. */
const TICK = 100;
const COARSE_TICK = 2100;

/**
 * Whether nothing changed it at or after `time` (ms since the epoch), nor in the same tick of the file system's clock:
 * two writes in one tick leave the same stamp, as git knows them ("racy").
 */
export const isSettled = ([, mtime, ctime]: Stamp, time: number): boolean =>
  [mtime, ctime].every((at) => at + (at % 1000 === 0 ? COARSE_TICK : TICK) < time);

/** Where a path leads; undefined where it leads nowhere. */
export const realPathOf = (path: string): string | undefined => {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
};
