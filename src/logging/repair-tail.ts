import type { FileHandle } from "node:fs/promises";

const NEWLINE = 10;
const BLOCK_BYTES = 64 * 1024;

/** Removes what follows the last newline of a file: a line that a crash cut off, to which nothing can be appended. */
export async function repairTail(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const end = await endOfLastLine(file, size);
  if (end < size) await file.truncate(end);
}

async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let to = size; to > 0; to -= Math.min(to, BLOCK_BYTES)) {
    const from = Math.max(0, to - BLOCK_BYTES);
    const { bytesRead } = await file.read(block, 0, to - from, from);
    const at = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (at >= 0) return from + at + 1;
  }
  return 0;
}
