import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureBusyboxImage } from "../../fixtures/busybox-image.ts";
import { runJson } from "../../fixtures/cli.ts";
import { type Planner, plannedStep, startPlanner } from "../../fixtures/planner.ts";
import { createProject, type Project } from "../../fixtures/project.ts";
import { runPipeline } from "../pipeline/pipeline-support.ts";
import { docker } from "../pipeline/support.ts";

// What of its data, its command and its materializers makes a completed step run again, a row each.

/** Makes a folder, as its parameters say; with the same ones the same content, at another time. */
const MAKE = `import { directory, output, pipeline, step } from "stepdock";
import { chmod, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const text = z.string();
export const make = step({
  name: "make",
  enableCache: false,
  inputs: { name: text, content: text, mode: text, order: text },
  outputs: { tree: output(directory(), { name: "tree" }) },
  run: async ({ name, content, mode, order }, { outputs }) => {
    const files = { [name]: content, other: "as ever" };
    const names = Object.keys(files).sort();
    for (const each of order === "forth" ? names : names.toReversed()) {
      const path = join(outputs.tree.path, each);
      await writeFile(path, files[each] ?? "");
      await chmod(path, each === name ? Number.parseInt(mode, 8) : 0o644);
      await utimes(path, order === "forth" ? 1000 : 2000, 3000);
    }
  },
});
export const made = pipeline({
  name: "made",
  parameters: { name: text.default("file"), content: text.default("a"), mode: text.default("644"), order: text.default("forth") },
  define: (parameters) => { make(parameters); },
});
`;

const FILES = {
  "make.ts": MAKE,
  "pipeline.ts": `import { artifact, containerStep, defineMaterializer, directory, output, pipeline, step } from "stepdock";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

export const shout = defineMaterializer<string>({
  name: "shout",
  version: 1,
  save: (text, folder) => writeFile(join(folder, "text"), text),
  load: (folder) => readFile(join(folder, "text"), "utf8"),
});
export const read = step({
  name: "read",
  inputs: { tree: directory() },
  output: output(z.string(), { materializer: shout }),
  run: async ({ tree }) => (await tree.files()).join(" "),
});
export const tool = containerStep({
  name: "tool",
  image: "IMAGE",
  inputs: { tree: directory(), level: z.int() },
  output: z.string(),
  command: ["sh", "-c", "ls $1 > $STEPDOCK_OUTPUT_OUTPUT_PATH", "sh", ({ inputs }) => inputs.tree.path, "--level", ({ inputs }) => inputs.level.value],
});
export const used = pipeline({
  name: "used",
  parameters: { level: z.int().default(1) },
  define: ({ level }) => {
    const tree = artifact("tree");
    read({ tree });
    tool({ tree, level });
  },
});
`,
};

let project: Project;
let planner: Planner;
let files: typeof FILES;

const makeTree = async (...parameters: string[]): Promise<void> => {
  const args = ["make.ts", "--stack", "local", ...parameters.flatMap((each) => ["--param", each])];
  const { status, stderr } = await runJson(args, { cwd: project.directory });
  expect(status, stderr).toBe(0);
};

beforeAll(async () => {
  const image = await ensureBusyboxImage(docker);
  files = { ...FILES, "pipeline.ts": FILES["pipeline.ts"].replace("IMAGE", image) };
  project = await createProject(files);
  planner = startPlanner();
  await makeTree();
  await runPipeline(project);
});
afterAll(async () => {
  await planner[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

/** What would become of a step with this edit, which is taken back. */
const decided = async (id: string, edit?: readonly [from: string, to: string], parameters = {}) => {
  try {
    if (edit) await project.edit("pipeline.ts", ...edit);
    return plannedStep(await planner.plan(project, parameters), id);
  } finally {
    await project.write(files);
  }
};

describe("a step runs again after a change of", () => {
  test.each<[what: string, step: string, reason: string, edit: readonly [string, string]]>([
    ["its command", "tool", "code", ["ls $1", "ls -r $1"]],
    ["an argument of its command", "tool", "code", ['"--level"', '"--depth"']],
    ["its materializer", "read", "code", ["{ materializer: shout }", '{ materializer: "json" }']],
    ["the version of its materializer", "read", "code", ["version: 1", "version: 2"]],
  ])("%s", async (_what, step, reason, edit) => {
    const planned = await decided(step, edit);
    expect(planned.decision).toBe("run");
    expect(planned.reason).toContain(reason);
  });

  test("the value of an argument", async () => {
    expect(await decided("tool", undefined, { level: "2" })).toMatchObject({
      decision: "run",
      reason: "changed: parameter level",
    });
  });

  test.each([
    ["the content of a file in an input", "content=b"],
    ["the name of a file in a folder", "name=named"],
    ["an executable bit", "mode=755"],
  ])("%s", async (_what, parameter) => {
    await makeTree(parameter);
    for (const step of ["read", "tool"])
      expect(await decided(step), step).toMatchObject({ decision: "run", reason: "changed: input tree" });
    await makeTree();
  });
});

test("neither times nor the order of a folder make a step run again, nor another version of the same content", async () => {
  await makeTree("order=back");
  for (const step of ["read", "tool"])
    expect(await decided(step), step).toMatchObject({ decision: "cached" });
});
