/** A module of pipelines that an orchestrator is to run: a text, since it is bundled in the project whose stack it is. */
export const PIPELINES = `import { file, pipeline, step } from "stepdock";
import * as z from "zod";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

export const make = step({ name: "make", inputs: { n: z.int() }, output: z.array(z.number()),
  run: ({ n }) => {
    console.log("made " + n);
    console.error("on stderr");
    return Array.from({ length: n }, (_, index) => index);
  } });

export const write = step({ name: "write", inputs: { xs: z.array(z.number()) }, outputs: { table: file({ name: "table.csv" }) },
  run: async ({ xs }, { outputs }) => { await writeFile(outputs.table.path, xs.join()); } });

export const read = step({ name: "read", inputs: { table: file() }, output: z.string(),
  run: ({ table }) => readFile(table.path, "utf8") });

export const flaky = step({ name: "flaky", output: z.int(), retry: { maxRetries: 2 },
  run: (_, { attempt }) => { if (attempt < 2) throw new Error("not yet"); return attempt; } });

export const told = step({ name: "told", environment: { COLOUR: "blue" },
  outputs: { colour: z.string(), runId: z.string(), stepName: z.string() },
  run: () => ({ colour: process.env.COLOUR ?? "", runId: process.env.ZENML_RUN_ID ?? "", stepName: process.env.ZENML_STEP_NAME ?? "" }) });

export const boom = step({ name: "boom", output: z.int(), run: () => { throw new RangeError("too far"); } });
export const plusOne = step({ name: "plus_one", inputs: { n: z.int() }, output: z.int(), run: ({ n }) => n + 1 });

export const hold = step({ name: "hold", output: z.int(),
  run: (_, { signal }) => {
    console.log("holding");
    return setTimeout(3_600_000, 1, { signal });
  } });

export const whole = pipeline({ name: "whole", parameters: { n: z.int().default(3) },
  define: ({ n }) => {
    const { colour, runId, stepName } = told();
    return { text: read({ table: write({ xs: make({ n }) }).table }), attempt: flaky(), colour, runId, stepName };
  } });

export const failing = pipeline({ name: "failing",
  define: () => { make({ n: 1 }); return { n: plusOne({ n: boom() }) }; } });

export const held = pipeline({ name: "held", define: () => ({ n: plusOne({ n: hold() }) }) });
`;
