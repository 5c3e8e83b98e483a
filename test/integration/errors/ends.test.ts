import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EndedRun, runPipeline } from "../pipeline/support.ts";
import { type ErrorProject, errorProject, IMPORTS } from "./support.ts";

const PIPELINE = `${IMPORTS}
import { execFileSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { readFileSync, writeFileSync } from "node:fs";

const forever = () => new Promise<void>((resolve) => setTimeout(resolve, 600_000));

export const throws = step({ name: "throws", run: () => { throw new TypeError("cannot load the weather"); } });
export const throws_text = step({ name: "throws_text", run: () => { throw "just text"; } });
export const rejects = step({ name: "rejects", run: async () => { Promise.reject(new Error("nobody awaits me")); await forever(); } });
export const no_network = step({ name: "no_network", run: async () => { await lookup("weather.example"); } });
export const no_file = step({ name: "no_file", run: () => { readFileSync("data.csv"); } });
export const no_program = step({ name: "no_program", run: () => { execFileSync("curly"); } });
export const read_only = step({ name: "read_only", run: () => { writeFileSync("/etc/weather", "rain"); } });
export const wrong_output = step({ name: "wrong_output", output: z.number(), run: () => "3" as never });
export const unstorable = step({ name: "unstorable", output: z.any(), run: () => ({ predict: () => 1 }) });
export const one = step({ name: "one", output: z.number(), run: () => 1 });
export const wrong_input = step({ name: "wrong_input", inputs: { n: z.number().min(10) }, run: () => {} });
export const exits = step({ name: "exits", run: () => { process.exit(0); } });
export const never_settles = step({ name: "never_settles", run: () => new Promise<void>(() => {}) });
export const exit_code = step({ name: "exit_code", run: () => { (process as never as { reallyExit(code: number): never }).reallyExit(7); } });
export const killed = step({ name: "killed", run: async () => { process.kill(process.pid, "SIGKILL"); await forever(); } });
export const crashes = step({ name: "crashes", run: () => { process.abort(); } });
export const out_of_memory = step({ name: "out_of_memory", settings: { resources: { memory: "64MB" } },
  run: () => { const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(4_000_000, 1)); } });
export const out_of_heap = step({ name: "out_of_heap", environment: { NODE_OPTIONS: "--max-old-space-size=24" },
  run: () => { const all: unknown[] = []; for (;;) all.push({ list: [all.length], text: "x" + all.length }); } });
export const no_interpreter = step({ name: "no_interpreter", environment: { PATH: "/nowhere" }, run: () => {} });
export const too_slow = step({ name: "too_slow", timeout: 1, run: forever });

export const main = pipeline({ name: "main", define: () => {
  wrong_input({ n: one() });
  for (const each of [throws, throws_text, rejects, no_network, no_file, no_program, read_only, wrong_output, unstorable,
    exits, never_settles, exit_code, killed, crashes, out_of_memory, out_of_heap, no_interpreter, too_slow]) each();
} });
`;

/** The first table of docs/ends.md: step, kind, message. */
const documented = readFileSync(join(resolve(import.meta.dirname, "../../.."), "docs/ends.md"), "utf8")
  .split("Six ends")[0]
  ?.split("\n")
  .map((line) => /^\| `(\w+)` [^|]*\| `(\w+)` \| (.*) \|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, invocation = "", kind = "", message = ""]) => [invocation, kind, message] as const);

let project: ErrorProject;
let run: EndedRun;

beforeAll(async () => {
  project = await errorProject({ "pipeline.ts": PIPELINE });
  run = await runPipeline(project, "main", { args: ["--max-parallel", "3"] });
});
afterAll(() => project[Symbol.asyncDispose]());

/** `…` stands for anything; what stands between has to be there, in order. */
const pattern = (message: string): RegExp =>
  new RegExp(
    `^${message
      .split("…")
      .map((text) => text.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("[^]*")}`,
  );

test("every end that the documentation tells is made here, and every one that is made is documented", () => {
  const failed = run.steps
    .filter(({ status }) => status === "failed")
    .map(({ invocationId }) => invocationId);
  expect(failed.sort()).toEqual(documented?.map(([invocation]) => invocation).sort());
});

test.each(documented ?? [])("%s ends as documented: %s", (invocation, kind, message) => {
  const failure = run.failure(invocation);
  expect(failure.message).toMatch(pattern(message));
  expect(failure.kind).toBe(kind);
});

test("no container is left", () => project.expectNothingLost());
