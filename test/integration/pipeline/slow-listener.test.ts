import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createProject } from "../../fixtures/project.ts";
import { IMPORTS } from "./pipeline-support.ts";

/** More than fits into the pipe of a reader that stands still. */
const LINES = 40_000;

const FILES = {
  "pipeline.ts": `${IMPORTS}
export const print = step({
  name: "print",
  run: () => {
    for (let line = 0; line < ${LINES}; line += 1) console.log("line " + line + " " + "=".repeat(line % 50));
  },
});
export const printing = pipeline({ name: "printing", define: () => print() });
`,
  /** Takes no line before the log file has them all; gives up before its test does, when it is too late. */
  "listen.mjs": `
import { globSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { run } from "stepdock/host";
import { printing } from "./pipeline.ts";

const records = () => readFileSync(globSync(".stepdock/runs/*/print/1/log.ndjson")[0], "utf8").split("\\n").slice(0, -1);
const logged = () => records().flatMap((record) => JSON.parse(record).text.split("\\n")).length;
const whole = async () => {
  const late = AbortSignal.timeout(100_000);
  while (logged() < ${LINES} && !late.aborted) await setTimeout(50);
  return logged();
};
let held;
let told = 0;
const onEvent = async ({ event }) => {
  if (event !== "step_log") return;
  told += 1;
  held ??= whole();
  await held;
};
const { run: { status } } = await run(printing, { onEvent });
console.log(JSON.stringify({ status, told, loggedBefore: await held }));
`,
};

test("a listener that stands still costs no line of the log, and gets them all", async () => {
  await using project = await createProject(FILES);
  const { stdout } = await promisify(execFile)(process.execPath, ["listen.mjs"], { cwd: project.directory });
  expect(JSON.parse(stdout)).toEqual({ status: "completed", told: LINES, loggedBefore: LINES });
});
