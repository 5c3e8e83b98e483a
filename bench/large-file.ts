import { parseArgs } from "node:util";
import { stepdock } from "../test/fixtures/cli.ts";
import { measurePeakMemory } from "../test/fixtures/peak-memory.ts";
import { createProject } from "../test/fixtures/project.ts";

// A large file through three steps: what the orchestrator needs of memory, and how often the file is read for its hash.

const { values } = parseArgs({
  options: {
    gigabytes: { type: "string", default: "3" },
    stack: { type: "string", default: "local_docker" },
  },
});

/**
 * At its end, when its outputs are stored, each step tells how much its process has read so far: in a container the first
 * one reads what it wrote for the hash, the second one its input, the third one nothing.
 */
const PIPELINE = `import { file, pipeline, step } from "stepdock";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import * as z from "zod";

const SIZE = ${Math.round(Number(values.gigabytes) * 1e9)};
const CHUNK = Buffer.alloc(16 * 1024 * 1024, "stepdock");

export const make = step({
  name: "make",
  outputs: { data: file({ name: "data.bin" }) },
  run: async (_inputs, { outputs }) => {
    await using data = await open(outputs.data.path, "w");
    for (let left = SIZE; left > 0; left -= CHUNK.length) await data.write(CHUNK, 0, Math.min(left, CHUNK.length));
  },
});

export const count = step({
  name: "count",
  inputs: { data: file() },
  outputs: { bytes: z.number(), sample: file() },
  run: async ({ data }, { outputs }) => {
    let bytes = 0;
    for await (const chunk of data.stream()) bytes += chunk.length;
    const sample = await open(outputs.sample.path, "w");
    await sample.write(CHUNK, 0, 1024);
    await sample.close();
    return { bytes };
  },
});

export const check = step({
  name: "check",
  inputs: { data: file(), bytes: z.number() },
  output: z.boolean(),
  run: ({ data, bytes }) => data.sizeBytes === bytes && bytes === SIZE,
});

export const tellRead = () => console.log("read " + readFileSync("/proc/self/io", "utf8").split(/\\s/)[1]);

export const large = pipeline({
  name: "large",
  onEnd: tellRead,
  define: () => {
    const { data } = make();
    return check({ data, bytes: count({ data }).bytes });
  },
});
`;

const READ =
  'import { readFileSync, writeSync } from "node:fs"; import { isMainThread } from "node:worker_threads"; ' +
  'if (isMainThread) process.on("exit", () => writeSync(2, readFileSync("/proc/self/io", "utf8")));';

await using project = await createProject({ "pipeline.ts": PIPELINE });
await using memory = await measurePeakMemory();
const options = `${memory.env.NODE_OPTIONS} --import=data:text/javascript,${encodeURIComponent(READ)}`;
const begun = performance.now();
const ran = await stepdock(["run", "pipeline.ts", "--stack", values.stack], {
  cwd: project.directory,
  env: { NODE_OPTIONS: options },
});
const seconds = Math.round((performance.now() - begun) / 1000);
const peak = ran.status === 0 ? await memory.bytes() : 0;
// The image of its steps goes with it.
await stepdock(["clean", "--keep", "0"], { cwd: project.directory });
if (ran.status !== 0) throw new Error(ran.stdout + ran.stderr);
const readBy = (step: string) => Number(new RegExp(`${step} \\| read (\\d+)`).exec(ran.stdout)?.[1]);
const read = Number(/^rchar: (\d+)/m.exec(ran.stderr)?.[1]);
console.table({
  gigabytes: Number(values.gigabytes),
  stack: values.stack,
  seconds,
  "peak memory of the orchestrator (MB)": Math.round(peak / 1e6),
  "read by the orchestrator (MB)": Math.round(read / 1e6),
  ...Object.fromEntries(
    ["make", "count", "check"].map((step) => [`read by ${step} (MB)`, Math.round(readBy(step) / 1e6)]),
  ),
});
