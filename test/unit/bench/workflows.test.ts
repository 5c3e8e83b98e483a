import { describe, expect, test } from "vitest";
import { generateWorkflows } from "../../../bench/workflows/generate.ts";
import { leastWall } from "../../../bench/workflows/least-wall.ts";
import { scaleTasks } from "../../../bench/workflows/scale.ts";
import type { Task, WorkflowTask } from "../../../bench/workflows/task.ts";

const task = (id: string, runtimeInSeconds: number, ...parents: string[]): WorkflowTask => ({
  ...{ id, name: id, parents, runtimeInSeconds },
});
const scale = (...tasks: WorkflowTask[]) => scaleTasks({ name: "flow", tasks });

describe("scaling", () => {
  test("puts run times on a straight line from 20 to 400 ms", () => {
    const milliseconds = scale(task("a", 10), task("b", 60), task("c", 110)).map((each) => each.milliseconds);
    expect(milliseconds).toEqual([20, 210, 400]);
  });

  test("gives tasks that are all alike the shortest time", () => {
    expect(scale(task("a", 5), task("b", 5)).map(({ milliseconds }) => milliseconds)).toEqual([20, 20]);
  });

  test("makes ids that a step may have, different for different tasks", () => {
    const ids = scale(task("NF.A:1", 1), task("NF.A_1", 2), task("x".repeat(300), 3)).map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/);
    expect(new Set(ids).size).toBe(3);
  });

  test("puts every task after its parents, each named once", () => {
    const tasks = scale(task("last", 1, "first", "first"), task("first", 1));
    expect(tasks.map(({ id, parents }) => [id, parents])).toEqual([
      ["t1_first", []],
      ["t0_last", ["t1_first"]],
    ]);
  });

  test("refuses a cycle by the workflow's name", () => {
    expect(() => scale(task("a", 1, "b"), task("b", 1, "a"))).toThrow(
      /workflow flow has a cycle through t0_a/,
    );
  });
});

describe("the least wall", () => {
  const tasks: Task[] = [
    { id: "a", parents: [], milliseconds: 100 },
    { id: "b", parents: ["a"], milliseconds: 300 },
    { id: "c", parents: ["a"], milliseconds: 50 },
    { id: "d", parents: ["b", "c"], milliseconds: 50 },
  ];

  test("of one slot is the sum, a container's cost with each task", () => {
    expect(leastWall(tasks, 1, 10)).toBe(540);
  });

  test("of many slots is the longest path", () => {
    expect(leastWall(tasks, 4, 10)).toBe(480);
  });
});

describe("generated workflows", () => {
  const depthOf = (tasks: readonly WorkflowTask[]): number => {
    const depths = new Map<string, number>();
    for (const { id, parents } of tasks) {
      depths.set(
        id,
        1 + parents.reduce((most, parent) => Math.max(most, depths.get(parent) ?? Number.NaN), 0),
      );
    }
    return Math.max(...depths.values());
  };

  test("have the sizes and depths of the real ones", () => {
    const shapes = generateWorkflows().map(({ tasks }) => [tasks.length, depthOf(tasks)]);
    expect(shapes).toEqual([
      [41, 9],
      [58, 8],
      [203, 18],
    ]);
  });

  test("are the same each time", () => {
    expect(generateWorkflows()).toEqual(generateWorkflows());
  });
});
