import { writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject, type Project } from "../../fixtures/project.ts";
import { type EndedRun, leftoversOf, NOTHING, open, runPipeline } from "./support.ts";

const SECRET = "the host's own secret";

/** `afterReport` runs between the result, hashed and written, and the frame that tells the host to read it. */
const PIPELINE = `
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname, join } from "node:path";
import { pipeline, step } from "stepdock";
import * as z from "zod";

const stores = () => process.env.ZENML_LOCAL_STORES_PATH ?? "";
const secret = () => join(dirname(stores()), "../secret.txt");
const find = (directory: string, name: string) => {
  const entries = fs.readdirSync(directory, { recursive: true, encoding: "utf8" });
  return join(directory, entries.find((entry) => entry === name || entry.endsWith("/" + name)) ?? "?");
};
const result = () => join(find(join(dirname(stores()), "runs"), "exchange"), "result.json");
const own = (step: string) => {
  const outputs = join(stores(), "default", step, "output");
  return join(outputs, fs.readdirSync(outputs)[0] ?? "?");
};
const afterReport = (act: () => void) => {
  const original = fs.writeSync;
  fs.writeSync = ((...args: Parameters<typeof original>) => {
    if (args[0] === 1) act();
    return original(...args);
  }) as typeof original;
  syncBuiltinESMExports();
};
const hostile = (name: string, run: () => void) =>
  step({ name, output: z.array(z.number()), run: () => { run(); return [1, 2, 3]; } });

export const link_early = hostile("link_early", () => fs.symlinkSync(secret(), join(own("link_early"), "more")));
export const link_as_value = hostile("link_as_value", () =>
  fs.symlinkSync(secret(), join(own("link_as_value"), "value.json")));
export const link_late = hostile("link_late", () => afterReport(() => {
  const value = join(own("link_late"), "value.json");
  fs.rmSync(value);
  fs.symlinkSync(secret(), value);
}));
export const lingering = hostile("lingering", () => {
  afterReport(() => fs.symlinkSync(secret(), join(own("lingering"), "more")));
  process.exit = (() => setInterval(() => {}, 1000)) as never;
});
export const vanish = hostile("vanish", () => afterReport(() => fs.rmSync(own("vanish") + "/value.json")));
export const result_link = hostile("result_link", () => afterReport(() => {
  fs.rmSync(result());
  fs.symlinkSync(secret(), result());
}));
export const result_pipe = hostile("result_pipe", () => afterReport(() => {
  fs.rmSync(result());
  execFileSync("mkfifo", [result()]);
}));
export const result_edited = hostile("result_edited", () => afterReport(() => fs.appendFileSync(result(), " ")));
export const result_gone = hostile("result_gone", () => afterReport(() => fs.rmSync(result())));
export const honest = hostile("honest", () => {});
export const late_exit = hostile("late_exit", () => process.on("exit", () => { process.exitCode = 3; }));

export const attacks = pipeline({ name: "attacks", define: () => {
  for (const attack of [link_early, link_as_value, link_late, vanish, result_link, result_pipe, result_edited, result_gone]) attack();
  honest();
  late_exit();
} });
export const staying = pipeline({ name: "staying", define: () => { lingering(); } });
`;

let project: Project;
let run: EndedRun;
beforeAll(async () => {
  project = await createProject({ "pipeline.ts": PIPELINE });
  writeFileSync(project.path("secret.txt"), SECRET);
  run = await runPipeline(project, "attacks", { args: ["--no-cache"] });
});
afterAll(async () => {
  expect(await leftoversOf(project)).toEqual(NOTHING);
  await project[Symbol.asyncDispose]();
});

test.each([
  ["a link besides its output, planted before it returns", "link_early", /a symbolic link/],
  ["a link where its output will be", "link_as_value", /EEXIST/],
  ["a link in place of its output, planted after it was hashed", "link_late", /a symbolic link/],
  ["an output that is gone after it was hashed", "vanish", /0 bytes at .* and 7 were reported/],
  ["a link in place of its result", "result_link", /result\.json cannot be read: ELOOP/],
  ["a named pipe in place of its result", "result_pipe", /result\.json is not a plain file/],
  ["a result that was changed after it was reported", "result_edited", /changed after it was reported/],
  ["a result that is gone after it was reported", "result_gone", /result\.json cannot be read: ENOENT/],
])("%s is refused: the step has failed, and is told why", async (_what, attack, reason) => {
  expect(run.step(attack).status).toBe("failed");
  expect(run.failure(attack).message).toMatch(reason);
  await using workspace = await open(project);
  expect(await workspace.metadata.outputsOf(run.step(attack).id)).toEqual({});
  const { stepName } = run.step(attack);
  expect(await readdir(join(workspace.paths.stores, "default", stepName, "output"))).toEqual([]);
});

test("steps beside hostile ones complete, and the run ends in its turn", () => {
  expect(run.step("honest").status).toBe("completed");
  expect(run).toMatchObject({ status: 1, run: { status: "failed", failure: null } });
});

test("a bad exit after the result is a warning on the record of a step that has completed", () => {
  const warning = "The step completed, but its process then ended with exit code 3.";
  expect(run.step("late_exit")).toMatchObject({ status: "completed", exitCode: 3, warnings: [warning] });
});

test("nothing that was printed or recorded holds the secret behind the links", () => {
  expect(run.events.length).toBeGreaterThan(10);
  expect(JSON.stringify([run.stdout, run.stderr, run.steps])).not.toContain(SECRET);
});

test("a process that stays after its result is killed, and its container removed", async () => {
  const staying = await runPipeline(project, "staying", { args: ["--no-cache"] });
  expect(staying.step("lingering")).toMatchObject({ status: "failed", exitCode: 137 });
  expect(staying.step("lingering").warnings).toEqual([expect.stringContaining("was killed")]);
  expect(await leftoversOf(project)).toEqual(NOTHING);
});
