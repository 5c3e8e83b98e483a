import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StepResult } from "../../../src/model/index.ts";
import { openWorkbench, plantInput, type Workbench } from "./support.ts";

const STEPS = `
import { existsSync, writeFileSync } from "node:fs";
export const greet = step({
  name: "greet", inputs: { name: z.string() }, output: z.string(),
  run: ({ name }, { log }) => { log.info("greeting"); return "hello " + name; },
});
export const fail = step({ name: "fail", output: z.string(), run: () => { throw new RangeError("too far"); } });
export const lie = step({ name: "lie", output: z.string(), run: () => 42 });
export const nothing = 1;
`;

let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench(STEPS);
});
afterAll(() => bench[Symbol.asyncDispose]());

const parameter = (value: string) => ({ kind: "parameter" as const, value });

const failureOf = (result: StepResult | undefined) =>
  result?.status === "failed" ? result.failure : expect.unreachable(JSON.stringify(result));

test("an assignment on stdin is carried out though stdin stays open, and the frame proves the result", async () => {
  const assignment = await bench.assign("greet", { inputs: { name: parameter("world") } });
  const end = await bench.run(assignment);
  expect(end).toMatchObject({ status: 0, stderr: "", printed: "greeting\n" });
  expect(end.reported).toBe(end.resultHash);
  expect(end.stdout.endsWith(`${assignment.nonce} ${end.resultHash}\n`)).toBe(true);
  expect(end.result).toMatchObject({ status: "completed", stepRunId: assignment.stepRunId });
  const stored = end.result?.status === "completed" ? end.result.outputs.output : undefined;
  expect(stored).toMatchObject({
    materializer: "text",
    contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(await readFile(join(bench.outputPath(assignment), "value.txt"), "utf8")).toBe("hello world");
});

test("an assignment in a file is carried out the same, without any stdin", async () => {
  const assignment = await bench.assign("greet", { inputs: { name: parameter("file") } });
  const file = bench.project.path("assignment.json");
  await writeFile(file, JSON.stringify(assignment));
  const source = `${bench.project.path("steps.mjs")}#greet`;
  const end = await bench.raw(["--step_source", source, "--assignment", file], { endStdin: true });
  expect(end.status).toBe(0);
  expect(await readFile(join(bench.outputPath(assignment), "value.txt"), "utf8")).toBe("hello file");
});

test("a step that throws ends with 1, its error told with its stack", async () => {
  const end = await bench.run(await bench.assign("fail"));
  expect(end.status).toBe(1);
  expect(end.reported).toBe(end.resultHash);
  expect(failureOf(end.result)).toMatchObject({
    ...{ kind: "threw", name: "RangeError", message: "too far", retryable: true },
    stack: expect.stringContaining("steps.mjs"),
  });
});

test("an output of the wrong type ends with 65 and names the output", async () => {
  const end = await bench.run(await bench.assign("lie"));
  expect(end.status).toBe(65);
  expect(failureOf(end.result)).toMatchObject({
    ...{ kind: "wrong_output", retryable: false },
    message: expect.stringContaining('Output "output"'),
  });
});

test("an input that is gone ends with 66 and names the input and its artifact", async () => {
  const { uri, path } = await plantInput(bench, "x");
  await rm(path, { recursive: true });
  const input = { kind: "artifact" as const, uri, materializer: "json", contentHash: "0".repeat(64) };
  const end = await bench.run(await bench.assign("greet", { inputs: { name: input } }));
  expect(end.status).toBe(66);
  const failure = failureOf(end.result);
  expect(failure.kind).toBe("input_damaged");
  expect(failure.message).toContain('Input "name"');
  expect(failure.message).toContain(uri);
});

test("an input that the step's own schema refuses ends with 66", async () => {
  const { uri } = await plantInput(bench, 42);
  const input = { kind: "artifact" as const, uri, materializer: "json", contentHash: "0".repeat(64) };
  const end = await bench.run(await bench.assign("greet", { inputs: { name: input } }));
  expect(end.status).toBe(66);
  expect(failureOf(end.result)).toMatchObject({ kind: "wrong_input", retryable: false });
});

test("a source that is no step ends with 70 and says what there is", async () => {
  const end = await bench.run(await bench.assign("nothing"));
  expect(end.status).toBe(70);
  expect(failureOf(end.result).message).toMatch(/exports no step "nothing"; it exports: .*greet/);
});

test("a container that is never assigned ends with 75 and without a word", async () => {
  const source = `${bench.project.path("steps.mjs")}#greet`;
  const end = await bench.raw(["--step_source", source, "--assignment", "-"], { endStdin: true });
  expect(end).toEqual({ status: 75, signal: null, stdout: "", stderr: "" });
});

test("an assignment whose writer died before the end of the line was never given", async () => {
  const assignment = await bench.assign("greet", { inputs: { name: parameter("half") } });
  const half = JSON.stringify(assignment).slice(0, 80);
  const end = await bench.run(assignment, { stdin: half, endStdin: true });
  expect(end).toMatchObject({ status: 75, result: undefined, reported: undefined });
});

test("a whole line that holds a truncated assignment is refused with 64", async () => {
  const assignment = await bench.assign("greet", { inputs: { name: parameter("cut") } });
  const end = await bench.run(assignment, { stdin: `${JSON.stringify(assignment).slice(0, 80)}\n` });
  expect(end).toMatchObject({ status: 64, result: undefined, reported: undefined });
  expect(end.stderr).toContain("The assignment from stdin is no JSON, or was cut off.");
});

test("an assignment of another format is refused with 64 and says where it differs", async () => {
  const assignment = { ...(await bench.assign("greet")), formatVersion: 2 };
  const end = await bench.run(assignment as never);
  expect(end.status).toBe(64);
  expect(end.stderr).toContain("formatVersion");
});

test.for<[string, string[], string]>([
  ["an unknown argument", ["--step_source", "a#b", "--assignment", "-", "--colour", "red"], "--colour"],
  ["a positional argument", ["--step_source", "a#b", "--assignment", "-", "more"], "more"],
  ["no source", ["--assignment", "-"], "--step_source is missing"],
  ["a source without an export", ["--step_source", "a", "--assignment", "-"], "names no export"],
  ["no assignment", ["--step_source", "a#b"], "--assignment is missing"],
  ["an assignment that is not there", ["--step_source", "a#b", "--assignment", "/no/such"], "/no/such"],
])("%s is refused with 64 and told", async ([, args, said]) => {
  const end = await bench.raw(args, { endStdin: true });
  expect(end).toMatchObject({ status: 64, stdout: "" });
  expect(end.stderr).toContain(said);
});

test("a container that is not told where the stores are is refused with 64", async () => {
  const environment = { ZENML_LOCAL_STORES_PATH: undefined };
  const end = await bench.run(await bench.assign("greet"), { environment });
  expect(end.status).toBe(64);
  expect(end.stderr).toContain("ZENML_LOCAL_STORES_PATH is not set");
});
