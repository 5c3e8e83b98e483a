import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createProject } from "../../fixtures/project.ts";

const PIPELINE = `import { pipeline, step } from "stepdock";
import * as z from "zod";

export const load = step({ name: "load", inputs: { n: z.int() }, output: z.array(z.number()), run: ({ n }) => [n, n] });
export const sum = step({ name: "sum", inputs: { xs: z.array(z.number()) }, output: z.number(),
  run: ({ xs }) => xs.reduce((a, b) => a + b, 0) });
export const total = pipeline({ name: "total", parameters: { n: z.int().default(1) },
  define: ({ n }) => ({ total: sum({ xs: load({ n }) }) }) });
`;

/** What a program of a user's does; it prints what it saw as JSON. */
const PROGRAM = `import { plan, resume, run, status } from "stepdock/host";
import { total } from "./pipeline.ts";

const options = { stack: "local", parameters: { n: 21 } };
const decisions = async () => (await plan(total, options)).steps.map(({ invocation, decision }) => [invocation, decision]);
const before = await decisions();
const first = await run(total, options);
const after = await decisions();
const again = await run(total, options);
const refused = await resume("latest").catch(({ code, message }) => ({ code, message }));
const { status: told, stepStatuses } = await status(again.run.id);
console.log(JSON.stringify({ before, after, outputs: await first.outputs(), first: first.run.status, refused, told, stepStatuses }));
`;

test("a program plans, runs, resumes and looks at runs as the command line does", async () => {
  await using project = await createProject({ "pipeline.ts": PIPELINE, "program.ts": PROGRAM });
  const { stdout } = await promisify(execFile)(process.execPath, ["program.ts"], { cwd: project.directory });
  expect(JSON.parse(stdout)).toEqual({
    before: [
      ["load", "run"],
      ["sum", "unknown"],
    ],
    after: [
      ["load", "cached"],
      ["sum", "cached"],
    ],
    outputs: { total: 42 },
    first: "completed",
    refused: { code: "usage", message: expect.stringContaining("There is nothing to resume") },
    told: "completed",
    stepStatuses: { load: "cached", sum: "cached" },
  });
});

test("a file may run itself", async () => {
  const own = `${PIPELINE}
import { run } from "stepdock/host";
if (import.meta.main) console.log(await (await run(total, { stack: "local", parameters: { n: 4 } })).outputs());
`;
  await using project = await createProject({ "pipeline.ts": own });
  const { stdout } = await promisify(execFile)(process.execPath, ["pipeline.ts"], { cwd: project.directory });
  expect(stdout).toBe("{ total: 8 }\n");
});
