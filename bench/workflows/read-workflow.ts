import { readFileSync } from "node:fs";
import { basename } from "node:path";
import * as z from "zod";
import type { Workflow, WorkflowTask } from "./task.ts";

const SpecifiedTask = z.object({
  id: z.string().min(1),
  name: z.string(),
  parents: z.array(z.string()),
});
const ExecutedTask = z.object({ id: z.string(), runtimeInSeconds: z.number().nonnegative() });

/** What the bench needs of a WfFormat 1.5 file; there is more in it. */
const WfFormat = z.object({
  schemaVersion: z.literal("1.5"),
  workflow: z.object({
    specification: z.object({ tasks: z.array(SpecifiedTask).min(1) }),
    execution: z.object({ tasks: z.array(ExecutedTask) }),
  }),
});

/** A file that is no workflow: which one, where in it, and what is wrong. */
export class WorkflowFileError extends Error {
  override readonly name = "WorkflowFileError";

  constructor(file: string, path: readonly PropertyKey[], problem: string, options?: ErrorOptions) {
    const place = path.length === 0 ? "" : ` at ${path.map(String).join(".")}`;
    super(`${file}${place}: ${problem}`, options);
  }
}

/** Reads a WfFormat 1.5 file. @throws WorkflowFileError with the file and the path in it */
export const readWorkflow = (file: string): Workflow => {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new WorkflowFileError(file, [], `it cannot be read: ${(cause as Error).message}`, { cause });
  }
  return parseWorkflow(text, file);
};

export const parseWorkflow = (text: string, file: string): Workflow => {
  const { specification, execution } = parse(text, file).workflow;
  const runtimes = new Map(execution.tasks.map(({ id, runtimeInSeconds }) => [id, runtimeInSeconds]));
  const ids = new Set(specification.tasks.map(({ id }) => id));
  const tasks = specification.tasks.map((task, index): WorkflowTask => {
    const path = ["workflow", "specification", "tasks", index];
    const runtimeInSeconds = runtimes.get(task.id);
    if (runtimeInSeconds === undefined) {
      const problem = `task ${task.id} has no run time in workflow.execution.tasks`;
      throw new WorkflowFileError(file, [...path, "id"], problem);
    }
    for (const [place, parent] of task.parents.entries()) {
      const at = [...path, "parents", place];
      if (!ids.has(parent)) throw new WorkflowFileError(file, at, `there is no task ${parent}`);
      if (parent === task.id) throw new WorkflowFileError(file, at, `task ${parent} is a parent of itself`);
    }
    return { ...task, runtimeInSeconds };
  });
  const twice = tasks.findIndex(({ id }, index) => tasks.findIndex((other) => other.id === id) !== index);
  if (twice >= 0) {
    const at = ["workflow", "specification", "tasks", twice, "id"];
    throw new WorkflowFileError(file, at, `task ${tasks[twice]?.id} is there twice`);
  }
  return { name: basename(file, ".json"), tasks };
};

const parse = (text: string, file: string): z.output<typeof WfFormat> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WorkflowFileError(file, [], `it is no JSON: ${(cause as Error).message}`, { cause });
  }
  const parsed = WfFormat.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WorkflowFileError(file, issue?.path ?? [], issue?.message ?? "it is no WfFormat 1.5");
};
