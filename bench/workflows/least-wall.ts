import type { Task } from "./task.ts";

/**
 * The least time, in milliseconds, that anybody needs who runs each task in a container of its own, from create to
 * remove, so many at once: the longest path, or the sum over the slots, whichever is more.
 *
 * @param tasks each after its parents
 * @param lifecycle what a container costs besides the task's own time
 */
export const leastWall = (tasks: readonly Task[], concurrency: number, lifecycle: number): number => {
  const ends = new Map<string, number>();
  let sum = 0;
  for (const { id, parents, milliseconds } of tasks) {
    const cost = milliseconds + lifecycle;
    const begin = parents.reduce((latest, parent) => Math.max(latest, ends.get(parent) ?? 0), 0);
    ends.set(id, begin + cost);
    sum += cost;
  }
  const criticalPath = ends.values().reduce((a, b) => Math.max(a, b), 0);
  return Math.max(criticalPath, sum / concurrency);
};
