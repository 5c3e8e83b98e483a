import { randomFrom } from "../../test/chaos/random.ts";
import { range } from "../range.ts";
import type { Workflow, WorkflowTask } from "./task.ts";

/** DAGs of the shapes of real ones, the same each time, for where the real ones are not at hand. */
export const generateWorkflows = (): Workflow[] => [epigenomics(), montage(), viralrecon()];

/** Collects tasks; each run time is within a fifth of the one given. */
const tasksOf = (seed: number) => {
  const random = randomFrom(seed);
  const tasks: WorkflowTask[] = [];
  const add = (name: string, parents: readonly string[], seconds: number): string => {
    const id = `${name}_${tasks.length + 1}`;
    tasks.push({ id, name, parents, runtimeInSeconds: seconds * (0.8 + 0.4 * random()) });
    return id;
  };
  return { tasks, add };
};

/** Nine lanes of four between a split and a merge; one stage of the lanes takes nearly all of the time. 41 tasks. */
const epigenomics = (): Workflow => {
  const { tasks, add } = tasksOf(1);
  const split = add("split", [], 1.3);
  const mapped = range(1, 9).map(() => {
    const filtered = add("filter", [split], 0.7);
    const converted = add("convert", [filtered], 0.4);
    return add("map", [add("pack", [converted], 0.6)], 55);
  });
  const merged = add("merge", [add("merge_lanes", mapped, 5)], 3);
  add("pileup", [add("chromosome", [merged], 3)], 30);
  return { name: "generated-epigenomics", tasks };
};

/** Three colours of four images: all pairs compared, one model, each image corrected, put together. 58 tasks. */
const montage = (): Workflow => {
  const { tasks, add } = tasksOf(2);
  const colours = range(1, 3).map(() => {
    const images = range(1, 4).map(() => add("project", [], 17));
    const pairs = images.flatMap((left, index) => images.slice(index + 1).map((right) => [left, right]));
    const differences = pairs.map((pair) => add("difference", pair, 0.3));
    const model = add("model", [add("fit", differences, 0.2)], 0.8);
    const corrected = images.map((image) => add("background", [image, model], 0.4));
    const table = add("table", corrected, 0.2);
    const sum = add("add", [...corrected, table], 0.2);
    add("view", [sum], 0.1);
    return sum;
  });
  add("view", colours, 0.2);
  return { name: "generated-montage", tasks };
};

/** Preparations, then three samples through a long trunk with short branches, then reports of all. 203 tasks. */
const viralrecon = (): Workflow => {
  const { tasks, add } = tasksOf(3);
  const check = add("check_samples", [], 1);
  const prepared = range(1, 9).map((number) => add("prepare", [], number));
  const ends = range(1, 3).flatMap((sample) => sampleTasks(add, check, prepared[sample] ?? check));
  const reports = range(1, 7).map((number) =>
    add(
      "report",
      ends.filter((_, index) => index % 7 === number - 1),
      5,
    ),
  );
  add("summary", reports, 20);
  add("versions", reports, 1);
  add("archive", reports.slice(0, 1), 1);
  return { name: "generated-viralrecon", tasks };
};

/** 61 tasks: a trunk of 12, each with four short ones beside it, and one at its end. */
const sampleTasks = (add: ReturnType<typeof tasksOf>["add"], first: string, prepared: string): string[] => {
  const leaves: string[] = [];
  let trunk = add("sample", [first], 1);
  for (const stage of range(1, 12)) {
    trunk = add("stage", [trunk, prepared], stage === 5 ? 360 : 8);
    const left = add("measure", [trunk], 2);
    leaves.push(left, add("plot", [left], 1), add("index", [trunk], 0.5), add("table", [trunk], 1));
  }
  return leaves;
};
