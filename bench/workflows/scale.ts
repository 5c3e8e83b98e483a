import type { Task, Workflow } from "./task.ts";

const SHORTEST = 20;
const LONGEST = 400;

/**
 * The tasks of a workflow as steps: run times from the shortest to the longest on a straight line from 20 to 400 ms,
 * ids as step invocations may have them, and every task after its parents.
 */
export const scaleTasks = ({ name, tasks }: Workflow): Task[] => {
  const runtimes = tasks.map(({ runtimeInSeconds }) => runtimeInSeconds);
  const least = runtimes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = runtimes.reduce((a, b) => Math.max(a, b), 0);
  const span = most - least || 1;
  const ids = new Map(tasks.map(({ id }, index) => [id, invocationId(index, id)]));
  const scaled = tasks.map(({ id, parents, runtimeInSeconds }): Task => {
    const milliseconds = Math.round(SHORTEST + ((runtimeInSeconds - least) / span) * (LONGEST - SHORTEST));
    const known = [...new Set(parents)].map((parent) => ids.get(parent) ?? parent);
    return { id: ids.get(id) ?? id, parents: known, milliseconds };
  });
  return parentsFirst(name, scaled);
};

/** The number keeps names apart that differ only in what an id may not hold, or at their ends. */
const invocationId = (index: number, id: string): string =>
  `t${index}_${id.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(-40)}`;

const parentsFirst = (name: string, tasks: readonly Task[]): Task[] => {
  const placed = new Set<string>();
  const ordered: Task[] = [];
  let left = tasks;
  while (left.length > 0) {
    const ready = left.filter(({ parents }) => parents.every((parent) => placed.has(parent)));
    if (ready.length === 0) throw new Error(`workflow ${name} has a cycle through ${left[0]?.id}`);
    for (const task of ready) placed.add(task.id);
    ordered.push(...ready);
    left = left.filter(({ id }) => !placed.has(id));
  }
  return ordered;
};
