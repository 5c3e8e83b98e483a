import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { generateWorkflows } from "./generate.ts";
import { readWorkflow } from "./read-workflow.ts";
import type { Workflow } from "./task.ts";

/** The workflows of a directory, the smallest first; where there is none, generated ones of the same shapes. */
export const findWorkflows = (directory: string): Workflow[] => {
  const files = existsSync(directory) ? globSync("*.json", { cwd: directory }) : [];
  const found = files.map((file) => readWorkflow(join(directory, file)));
  const workflows = found.length > 0 ? found : generateWorkflows();
  return workflows.sort((a, b) => a.tasks.length - b.tasks.length);
};
