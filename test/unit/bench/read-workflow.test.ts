import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findWorkflows } from "../../../bench/workflows/find-workflows.ts";
import { parseWorkflow, readWorkflow, WorkflowFileError } from "../../../bench/workflows/read-workflow.ts";

const task = (id: string, ...parents: string[]) => ({ id, name: id, parents, children: [] });
const ran = (id: string, runtimeInSeconds: unknown = 1) => ({ id, runtimeInSeconds, machines: ["one"] });

const file = (tasks: readonly object[], executed: readonly object[], schemaVersion = "1.5"): string =>
  JSON.stringify({
    schemaVersion,
    workflow: { specification: { tasks, files: [] }, execution: { tasks: executed } },
  });

test("a workflow's tasks come with their parents and the run times that are joined by id", () => {
  const text = file([task("a"), task("b", "a")], [ran("b", 2.5), ran("a", 1)]);
  expect(parseWorkflow(text, "flow.json").tasks).toMatchObject([
    { id: "a", parents: [], runtimeInSeconds: 1 },
    { id: "b", parents: ["a"], runtimeInSeconds: 2.5 },
  ]);
});

describe("a file that is no workflow is refused with its name and the place in it", () => {
  test.each([
    ["no JSON", "{", /^flow\.json: it is no JSON/],
    ["another version", file([task("a")], [ran("a")], "1.4"), /^flow\.json at schemaVersion: /],
    ["no tasks", file([], []), /^flow\.json at workflow\.specification\.tasks: /],
    [
      "a negative run time",
      file([task("a")], [ran("a", -1)]),
      /at workflow\.execution\.tasks\.0\.runtimeInSeconds: /,
    ],
    [
      "a run time of text",
      file([task("a")], [ran("a", "1")]),
      /at workflow\.execution\.tasks\.0\.runtimeInSeconds: /,
    ],
    ["no run time", file([task("a"), task("b")], [ran("a")]), /tasks\.1\.id: task b has no run time/],
    ["an unknown parent", file([task("a", "z")], [ran("a")]), /tasks\.0\.parents\.0: there is no task z/],
    [
      "a task on itself",
      file([task("a", "a")], [ran("a")]),
      /tasks\.0\.parents\.0: task a is a parent of itself/,
    ],
    ["a task twice", file([task("a"), task("a")], [ran("a")]), /tasks\.1\.id: task a is there twice/],
  ])("%s", (_what, text, message) => {
    expect(() => parseWorkflow(text, "flow.json")).toThrow(WorkflowFileError);
    expect(() => parseWorkflow(text, "flow.json")).toThrow(message);
  });

  test("one that is not there", () => {
    expect(() => readWorkflow("/nowhere/flow.json")).toThrow(
      /^\/nowhere\/flow\.json: it cannot be read: ENOENT/,
    );
  });
});

test("the workflows of a directory are found, the smallest first", () => {
  const directory = mkdtempSync(join(tmpdir(), "stepdock-dags-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  writeFileSync(join(directory, "large.json"), file([task("a"), task("b")], [ran("a"), ran("b")]));
  writeFileSync(join(directory, "small.json"), file([task("a")], [ran("a")]));
  expect(findWorkflows(directory).map(({ name }) => name)).toEqual(["small", "large"]);
});

test("where there is no such directory, workflows are made up", () => {
  expect(findWorkflows("/nowhere").map(({ name }) => name)).toEqual([
    "generated-epigenomics",
    "generated-montage",
    "generated-viralrecon",
  ]);
});
