import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** Gone, or a zombie: where nobody collects orphans, it keeps its number. */
export const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return process.platform === "linux" && / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
};

export const untilGone = async (...pids: number[]): Promise<void> => {
  while (!pids.every(isGone)) await setTimeout(5);
};
